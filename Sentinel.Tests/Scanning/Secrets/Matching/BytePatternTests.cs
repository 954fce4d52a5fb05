using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Tests.Scanning.Secrets.Matching;

/// <summary>The small engine finds what .NET's backtracking engine finds, with every pattern that is shipped and with ones that nobody would write.</summary>
public sealed class BytePatternTests
{
    [Fact]
    public void Find_EveryShippedPattern_FindsWhatTheRegexFinds()
    {
        var patterns = SecretRuleSet.BuiltIn.Rules.Select(r => (r.Data.Pattern ?? r.Data.Value!, r.Data.Examples.Concat(r.Data.NegativeExamples).ToArray(), r.Id)).ToArray();
        var simple = 0;
        foreach (var (pattern, examples, id) in patterns)
        {
            if (BytePattern.TryCreate(pattern) is not { } bytes) continue;
            simple++;
            var regex = Backtracking(pattern);
            foreach (var text in examples.SelectMany((e, i) => Variants(SampleExpander.Expand(e, $"{id} {i}"), i)))
                AssertSame(regex, bytes, Encoding.UTF8.GetBytes(text), pattern);
        }

        Assert.True(simple > patterns.Length * 0.95, $"only {simple} of {patterns.Length} patterns need no larger engine");
    }

    // Cut at both ends, doubled, glued to letters and digits, with a character replaced.
    private static IEnumerable<string> Variants(string text, int seed)
    {
        yield return text;
        yield return $"x{text}9";
        yield return $"{text} {text}";
        yield return text.Length > 3 ? text[1..^1] : text;
        yield return text.ToUpperInvariant();
        yield return text.Insert(text.Length / 2, "\u00e9");
        var place = (seed * 7919) % text.Length;
        yield return $"{text[..place]}!{text[(place + 1)..]}";
    }

    [Fact]
    public void Find_AnyPatternOverAnyText_FindsWhatTheRegexFinds()
    {
        var atom = Of("a", "b", "A", "[ab]", "[^a]", "[a-c_-]", ".", "\\b", "\\d", "\\w", "\\s", "\\.", "-", "1", "$", "^", "(?:ab|a)", "(a|ab)", "(?i:a)", "(b?)", "\\x61");
        var quantifier = Of("", "", "", "?", "{2}", "{1,3}", "{0,2}", "+", "*", "??", "{2,}");
        var sequence = Gen.Select(atom, quantifier).Select((a, q) => a is "^" or "$" or "\\b" || (q is not ("" or "?") && a.StartsWith('(') && !a.StartsWith("(?", StringComparison.Ordinal)) ? a : a + q).Array[1, 5].Select(string.Concat);
        var pattern = Gen.Select(sequence, sequence, Gen.Bool, Gen.Bool).Select((a, b, isAlternative, ignoreCase) => (ignoreCase ? "(?i)" : "") + (isAlternative ? $"{a}|{b}" : a));
        var texts = Of("a", "b", "c", "A", "1", " ", "-", ".", "\n", "_", "\u00e9").Array[0, 12].Select(string.Concat);

        Gen.Select(pattern, texts).Sample((p, t) =>
        {
            Regex regex;
            try
            {
                regex = Backtracking(p);
            }
            catch (ArgumentException)
            {
                return;
            }
            if (BytePattern.TryCreate(p) is not { } bytes) return;
            var text = Encoding.UTF8.GetBytes(t);
            // Where .NET's engines disagree, one of them is wrong: in (?i)[^a]{1,3}\b\.??\b\w?? the backtracking one gives up too early.
            if (Spans(regex, text).SequenceEqual(Spans(new Regex(ByteText.Pattern(p), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking), text))) AssertSame(regex, bytes, text, p);
        }, iter: 5_000);
    }

    [Fact]
    public void Find_PlaceThatTheBacktrackingEngineMisses_IsFound()
    {
        var slots = new int[2];

        Assert.True(BytePattern.TryCreate("(?i)[^a]{1,3}\\b\\.??\\b\\w??")!.Find("\u00e91aéc"u8, 0, slots));
        Assert.Equal([0, 2], slots);
    }

    [Theory]
    [InlineData("(?<name>a)")]
    [InlineData("(?=a)b")]
    [InlineData("(a)\\1")]
    [InlineData("[a-z-[aeiou]]")]
    [InlineData("a{3")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("\\p{Lu}")]
    [InlineData("a{20000}")]
    [InlineData("\u00e9")]
    public void TryCreate_WhatItDoesNotHave_IsLeftToTheOtherEngine(string pattern) => Assert.Null(BytePattern.TryCreate(pattern));

    // The engine whose order of attempts defines what a pattern finds.
    private static Regex Backtracking(string pattern) => new(ByteText.Pattern(pattern), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private static Gen<string> Of(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static List<(int, int)> Spans(Regex regex, byte[] text)
    {
        var characters = new char[text.Length];
        ByteText.Widen(text, characters);
        return [.. regex.Matches(new string(characters)).TakeWhile(m => m.Length > 0).Select(m => (m.Index, m.Length))];
    }

    private static void AssertSame(Regex regex, BytePattern pattern, byte[] text, string source)
    {
        var characters = new char[text.Length];
        ByteText.Widen(text, characters);
        var expected = new List<string>();
        for (var match = regex.Match(new string(characters)); match.Success; match = match.NextMatch())
        {
            // Of an empty match it is only asked whether there is one.
            if (match.Length == 0) break;
            expected.Add(string.Join(' ', match.Groups.Cast<Group>().Select(g => g.Success ? $"{g.Index}+{g.Length}" : "none")));
        }

        var found = new List<string>();
        var slots = new int[2 * (pattern.Groups + 1)];
        for (var at = 0; pattern.Find(text, at, slots) && slots[1] > slots[0]; at = slots[1])
            found.Add(string.Join(' ', slots.Chunk(2).Select(s => s[0] >= 0 && s[1] >= s[0] ? $"{s[0]}+{s[1] - s[0]}" : "none")));

        Assert.True(expected.SequenceEqual(found), $"{source} over '{Encoding.UTF8.GetString(text)}' finds {string.Join(", ", found)} and not {string.Join(", ", expected)}");
        var isFull = regex.Match(new string(characters)) is { Success: true } first && Regex.IsMatch(new string(characters), $"\\A(?:{source})\\z", RegexOptions.CultureInvariant);
        Assert.True(pattern.IsFull(text) == isFull, $"{source} over the whole of '{Encoding.UTF8.GetString(text)}'");
    }
}
