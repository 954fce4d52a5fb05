using System.ComponentModel.DataAnnotations;
using Sentinel.Contracts.Scans;

namespace Sentinel.Web.Model;

/// <summary>What a person types to have a repository scanned. The API decides what may be fetched; this only catches slips.</summary>
public sealed class ScanForm : IValidatableObject
{
    [Required(ErrorMessage = "Give the address of a git repository.")]
    [StringLength(2000, ErrorMessage = "The address is too long.")]
    public string? Url { get; set; }

    [StringLength(255, ErrorMessage = "The name is too long.")]
    public string? Ref { get; set; }

    public CreateScanRequest ToRequest() => new(Url!.Trim(), string.IsNullOrWhiteSpace(Ref) ? null : Ref.Trim());

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (System.Uri.TryCreate(Url?.Trim(), UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0)
            yield return new ValidationResult("Take the user name and password out of the address.", [nameof(Url)]);
        if (Ref is not null && Ref.Trim().Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            yield return new ValidationResult("A branch, tag or commit has no spaces.", [nameof(Ref)]);
    }
}
