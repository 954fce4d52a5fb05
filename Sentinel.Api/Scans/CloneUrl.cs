using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Sentinel.Api.Scans;

/// <summary>The address of a repository that Sentinel is willing to fetch, in one spelling.</summary>
/// <param name="Url">What git is given: no credential, no query, no fragment.</param>
/// <param name="FullName">What people see: <c>owner/name</c> on GitHub, <c>host/path</c> elsewhere, the folder's name locally.</param>
internal sealed record CloneUrl(string Url, string FullName)
{
    private const int MaxLength = 1000;

    /// <summary>Reads what a person typed; on refusal <paramref name="error"/> says why and what to do.</summary>
    public static bool TryParse(
        string? text, CloneUrlPolicy policy, [NotNullWhen(true)] out CloneUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        var value = text?.Trim() ?? "";
        error = Form(value);
        if (error is not null) return false;
        if (value.StartsWith('/') || value.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) return TryLocal(value, policy, out url, out error);
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            return Refuse("Give an https address such as https://github.com/owner/name.", out error);
        if (uri.UserInfo.Length > 0) return Refuse("The address holds a credential. Sentinel takes none in an address: remove it.", out error);
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0) return Refuse("The address of a repository has no '?' and no '#'.", out error);
        if (uri.AbsolutePath.Trim('/').Length == 0) return Refuse("The address names a host but no repository.", out error);
        if (policy.Refusal(uri) is { } refusal) return Refuse(refusal, out error);
        url = Normalise(uri, policy);
        return true;
    }

    private static string? Form(string value) => value switch
    {
        "" => "Give the address of a repository.",
        { Length: > MaxLength } => $"The address is longer than {MaxLength} characters.",
        ['-', ..] => "An address does not begin with '-'.",
        _ when value.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\') => "The address holds a space, a backslash or a control character.",
        _ => null,
    };

    private static CloneUrl Normalise(Uri uri, CloneUrlPolicy policy)
    {
        var path = uri.AbsolutePath.TrimEnd('/');
        var name = Uri.UnescapeDataString(path.TrimStart('/'));
        if (name.EndsWith(".git", StringComparison.OrdinalIgnoreCase)) name = name[..^4];
        // One repository must not become two because one link ends in ".git" and the other does not.
        if (policy.IsGitHub(uri) && !path.EndsWith(".git", StringComparison.OrdinalIgnoreCase)) path += ".git";
        var authority = uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        return new CloneUrl(authority + path, policy.IsGitHub(uri) ? name : $"{uri.Authority}/{name}");
    }

    private static bool TryLocal(
        string value, CloneUrlPolicy policy, [NotNullWhen(true)] out CloneUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        if (!policy.AllowLocal) return Refuse("Local folders can be scanned in the Development environment only. Give an https address.", out error);
        var path = value.StartsWith('/') ? value : Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri is { IsFile: true, Host: "" } ? uri.LocalPath : null;
        if (path is null || path.StartsWith("//", StringComparison.Ordinal)) return Refuse("A local address is an absolute path, or file:///path.", out error);
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (path.Length == 1) return Refuse("The root folder is not a repository.", out error);
        url = new CloneUrl(new Uri(path).AbsoluteUri, Path.GetFileName(path));
        error = null;
        return true;
    }

    private static bool Refuse(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
