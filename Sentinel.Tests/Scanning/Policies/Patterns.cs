using CsCheck;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>Small patterns over few letters, so that they often overlap, and what they mean by definition.</summary>
internal static class Patterns
{
    private static readonly Gen<string> Name = Gen.Frequency(
        (2, Gen.Const("**")), (5, Gen.Char["aab.*?"].Array[1, 3].Select(c => new string(c).Replace("**", "*", StringComparison.Ordinal).Replace("**", "*", StringComparison.Ordinal))));

    public static Gen<Glob> Any { get; } = Gen.Select(Name.Array[1, 3], Gen.Bool)
        .Select((names, folder) => string.Join('/', names) + (folder && names[^1] != "**" ? "/" : "")).Where(p => Glob.FaultOf(p) is null).Select(Glob.Parse);

    public static bool Matches(string pattern, string path) => Names((pattern.EndsWith('/') ? pattern + "**" : pattern).Split('/'), path.Split('/'));

    private static bool Names(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty) return path.IsEmpty;
        if (pattern[0] == "**")
        {
            if (pattern.Length == 1) return !path.IsEmpty;
            for (var skipped = 0; skipped <= path.Length; skipped++)
            {
                if (Names(pattern[1..], path[skipped..])) return true;
            }
            return false;
        }
        return !path.IsEmpty && Characters(pattern[0], path[0]) && Names(pattern[1..], path[1..]);
    }

    private static bool Characters(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern.IsEmpty) return name.IsEmpty;
        if (pattern[0] != '*') return !name.IsEmpty && (pattern[0] == '?' || pattern[0] == name[0]) && Characters(pattern[1..], name[1..]);
        for (var skipped = 0; skipped <= name.Length; skipped++)
        {
            if (Characters(pattern[1..], name[skipped..])) return true;
        }
        return false;
    }
}
