using System.Text;

namespace Sentinel.Scanning.Secrets.Gitleaks;

/// <summary>Writes a regular expression of Go's syntax (https://github.com/google/re2/wiki/Syntax) in .NET's.</summary>
internal static class GoPattern
{
    private static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    /// <summary>The pattern in .NET's syntax; what neither knows is left for .NET to refuse.</summary>
    public static string ToNet(string pattern)
    {
        var net = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (rest.StartsWith(@"\Q"))
            {
                var end = pattern.IndexOf(@"\E", i + 2, StringComparison.Ordinal);
                var literal = end < 0 ? pattern[(i + 2)..] : pattern[(i + 2)..end];
                net.Append(System.Text.RegularExpressions.Regex.Escape(literal));
                i = end < 0 ? pattern.Length : end + 1;
            }
            else if (rest.StartsWith(@"\x{") && pattern.IndexOf('}', i) is > 0 and var close && int.TryParse(pattern.AsSpan(i + 3, close - i - 3), System.Globalization.NumberStyles.HexNumber, null, out var code) && code <= 0xFFFF)
            {
                net.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{code:X4}");
                i = close;
            }
            else if (rest.Length > 1 && rest[0] == '\\')
            {
                net.Append(rest[1] is 'a' ? @"\x07" : rest[1] is 'z' ? @"\z" : rest[..2].ToString());
                i++;
            }
            else if (!inClass && (rest.StartsWith("(?P<") || (rest.StartsWith("(?<") && rest.Length > 3 && char.IsAsciiLetter(rest[3]))) && pattern.IndexOf('>', i) is > 0 and var name)
            {
                // Without its name: .NET numbers named groups last, Go in their order.
                net.Append('(');
                i = name;
            }
            else if (inClass && rest.StartsWith("[:") && pattern.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and var stop && Classes.TryGetValue(pattern[(i + 2)..stop], out var members))
            {
                net.Append(members);
                i = stop + 1;
            }
            else
            {
                if (inClass && rest[0] == '[') net.Append('\\');
                if (!inClass && rest[0] == '[') inClass = true;
                else if (inClass && rest[0] == ']' && !IsClassStart(pattern, i)) inClass = false;
                net.Append(rest[0]);
            }
        }
        return net.ToString();
    }

    private static bool IsClassStart(string pattern, int at) => pattern[at - 1] == '[' || (pattern[at - 1] == '^' && at > 1 && pattern[at - 2] == '[');
}
