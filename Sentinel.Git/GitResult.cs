using System.Text;

namespace Sentinel.Git;

/// <summary>The outcome of a git command.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Everything written to standard output.</param>
/// <param name="Error">The end of what git said, for deciding what went wrong; never shown to people as it is: it may hold addresses.</param>
public readonly record struct GitResult(int ExitCode, byte[] Output, string Error)
{
    /// <summary>The output as text without white space at its ends.</summary>
    public string Text => Encoding.UTF8.GetString(Output).Trim();
}
