namespace Sentinel.Deployment.Publishing;

/// <summary>What a person needs to see of two versions of a file.</summary>
internal static class TextDifference
{
    private const int LongestHunk = 20;

    /// <summary>Lines that begin with <c>-</c> (is there) or <c>+</c> (should be); empty for equal texts.</summary>
    /// <param name="present">Null where there is no file.</param>
    public static IEnumerable<string> Lines(string path, string? present, string expected)
    {
        if (present == expected) yield break;
        if (present is null)
        {
            yield return $"{path}: is missing";
            yield break;
        }
        var (was, should) = (present.Split('\n'), expected.Split('\n'));
        var start = was.Zip(should).TakeWhile(p => p.First == p.Second).Count();
        var end = was.Reverse().Zip(should.Reverse()).Take(Math.Min(was.Length, should.Length) - start).TakeWhile(p => p.First == p.Second).Count();
        yield return $"{path}: differs from line {start + 1}";
        foreach (var line in Hunk("-", was[start..^end])) yield return line;
        foreach (var line in Hunk("+", should[start..^end])) yield return line;
    }

    private static IEnumerable<string> Hunk(string sign, string[] lines) =>
        lines.Take(LongestHunk).Select(l => $"  {sign} {l}").Concat(lines.Length > LongestHunk ? [$"  {sign} … {lines.Length - LongestHunk} more lines"] : []);
}
