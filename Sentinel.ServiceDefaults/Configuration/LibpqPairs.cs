using System.Text;
using System.Text.RegularExpressions;

namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>
/// libpq's own form, <c>host=db user=me password='a secret'</c>: pairs apart by blanks, values in single quotes where they hold
/// blanks, a backslash before a quote or a backslash.
/// </summary>
/// <remarks>https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE</remarks>
internal static partial class LibpqPairs
{
    /// <summary>Whether a value has this form rather than Npgsql's, whose pairs end with semicolons.</summary>
    public static bool Looks(string value) => !value.Contains(';', StringComparison.Ordinal) && SecondPair().IsMatch(value);

    /// <exception cref="FormatException">Says what is wrong, never what the value is.</exception>
    public static IReadOnlyList<(string Key, string Value)> Split(string value)
    {
        var pairs = new List<(string, string)>();
        var index = 0;
        while (Skip(value, ref index) < value.Length)
        {
            var equals = value.IndexOf('=', index);
            if (equals < 0) throw new FormatException("a parameter has no value");
            var key = value[index..equals].Trim();
            if (key.Length == 0 || key.Any(char.IsWhiteSpace)) throw new FormatException("a parameter has no value");
            index = equals + 1;
            Skip(value, ref index);
            pairs.Add((key, ReadValue(value, ref index)));
        }
        return pairs;
    }

    private static string ReadValue(string value, ref int index)
    {
        var quoted = index < value.Length && value[index] == '\'';
        if (quoted) index++;
        var text = new StringBuilder();
        for (; index < value.Length; index++)
        {
            var c = value[index];
            if (c == '\\' && index + 1 < value.Length) text.Append(value[++index]);
            else if (quoted && c == '\'') { index++; return text.ToString(); }
            else if (!quoted && char.IsWhiteSpace(c)) return text.ToString();
            else text.Append(c);
        }
        return quoted ? throw new FormatException("a quoted value has no end") : text.ToString();
    }

    private static int Skip(string value, ref int index)
    {
        while (index < value.Length && char.IsWhiteSpace(value[index])) index++;
        return index;
    }

    [GeneratedRegex(@"\s[A-Za-z_]{1,40}\s?=", RegexOptions.CultureInvariant)]
    private static partial Regex SecondPair();
}
