using System.Text.Json.Serialization;

namespace Sentinel.Scanning;

/// <summary>Why a defect that was found is not reported as one.</summary>
/// <param name="Source">What said so: a comment's words (<c>sentinel:allow</c>, <c>gitleaks:allow</c>), an allow-list, an ignore file, a baseline.</param>
/// <param name="Reason">What was given as reason; empty for none.</param>
public sealed record Suppression(string Source, string Reason)
{
    internal const string OwnComment = "sentinel:allow";
    internal const string GitleaksComment = "gitleaks:allow";

    /// <summary>The four digits by which a comment names the value that it allows; null for a comment that names none, and for what is no comment.</summary>
    public string? Mark { get; init; }

    /// <summary>Whether a comment said so.</summary>
    [JsonIgnore]
    public bool IsComment => Source is OwnComment or GitleaksComment;

    /// <summary>Whether a comment said so that would allow another value in the same place as well.</summary>
    [JsonIgnore]
    public bool IsUnmarkedComment => IsComment && Mark is null;
}
