using System.Text.RegularExpressions;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets;

/// <summary>Something that belongs to a secret, such as the id of the account it opens.</summary>
/// <param name="Name">A few words.</param>
/// <param name="RuleId">The rule that finds it, whose finding then becomes a part of this one; null when <paramref name="Pattern"/> finds it.</param>
/// <param name="Pattern">Linear-time pattern with one group; null when a rule finds it.</param>
/// <param name="Lines">Most lines between the two.</param>
/// <param name="Required">Whether the secret counts only with it.</param>
internal sealed record SecretPart(string Name, string? RuleId, string? Pattern, int Lines, bool Required)
{
    private readonly Lazy<Regex?> _regex = new(() => Pattern is null ? null : SecretRule.Compile(Pattern));

    public Regex? Regex => _regex.Value;
}

/// <summary>A secret rule, ready to match.</summary>
internal sealed class SecretRule
{
    // Long tokens ("{100,1200}") need more states than the runtime allows by itself; they are made only as a text asks for them.
    private const int MaxStates = 60_000;

    private const int DefaultWindowBefore = 128;
    private const int MaxWindowBefore = 1024;
    private const int DefaultWindow = 512;
    private const int MaxWindow = 8192;
    private const int DefaultDistance = 64;

    private readonly Lazy<RuleDescriptor> _descriptor;
    private readonly Lazy<Regex> _regex;
    private readonly Lazy<BytePattern?> _bytes;
    private readonly Lazy<PatternShape> _shape;
    private readonly Lazy<bool[]> _characters;
    private readonly Lazy<int> _window;
    private readonly Lazy<bool> _isNamed;
    private readonly Lazy<bool> _startsAtKeyword;

    static SecretRule() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", MaxStates);

    public SecretRule(SecretRuleData data)
    {
        Data = data;
        _descriptor = new(() => SecretRuleDescriptions.Of(data));
        Parts = [.. (data.Parts ?? []).Select(p => new SecretPart(p.Name, p.Rule, p.Pattern, p.Lines ?? 5, p.Required))];
        var source = data.Pattern ?? data.Value ?? throw new ArgumentException("A rule needs a pattern or a value.", nameof(data));
        // Built on the first candidate: a scan pays only for the vendors whose words it meets.
        // Whole texts are what the larger engine is made for.
        _bytes = new(() => data.IsWhole || data.Keywords.Count == 0 ? null : BytePattern.TryCreate(source));
        _regex = new(() => Compile(IsValue ? $"^(?:{source})$" : source));
        _shape = new(() => PatternShape.Of(source));
        _characters = new(() => TokenCharacters(_shape.Value));
        _window = new(() => data.Window ?? (HoldsKeywords(source) && Shape.MaxLength < MaxWindow ? Shape.MaxLength + 1 : Math.Max(DefaultWindow, Math.Min(Shape.MaxLength + 1, MaxWindow))));
        Needs = data.Needs is { } needs ? System.Text.Encoding.ASCII.GetBytes(needs) : null;
        PathRegex = data.PathPattern is { } path ? Compile(path) : null;
        _isNamed = new(() => IsValue || !HoldsKeywords(source));
        _startsAtKeyword = new(() => !IsValue && BeginsWithKeyword(source, data.Keywords));
    }

    public SecretRuleData Data { get; }

    public RuleDescriptor Descriptor => _descriptor.Value;

    public string Id => Data.Id;

    public IReadOnlyList<SecretPart> Parts { get; }

    /// <summary>Whether the rule looks for a whole token near a keyword, and not for a pattern.</summary>
    public bool IsValue => Data.Pattern is null;

    /// <summary>Matches in linear time; group 1 (or <see cref="SecretRuleData.Group"/>) is the secret. For a value: matches a whole token.</summary>
    public Regex Regex => _regex.Value;

    /// <summary>The same as <see cref="Regex"/>, but for a value without its ends; null for a pattern that needs the larger engine.</summary>
    public BytePattern? Bytes => _bytes.Value;

    public PatternShape Shape => _shape.Value;

    /// <summary>Bytes looked at after a keyword. A keyword that is a part of the pattern is followed by no more than the longest match.</summary>
    public int WindowAfter => _window.Value;

    /// <summary>Bytes looked at before a keyword: a pattern may end in it.</summary>
    public int WindowBefore => StartsAtKeyword ? 0 : IsNamed ? DefaultWindowBefore : Math.Clamp(Shape.MaxLength, DefaultWindowBefore, MaxWindowBefore);

    /// <summary>Bytes between keyword and value.</summary>
    public int Distance => Data.Distance ?? DefaultDistance;

    /// <summary>A literal without which no match is possible; null for none.</summary>
    public byte[]? Needs { get; }

    /// <summary>Only files whose path matches are looked at; null for all.</summary>
    public Regex? PathRegex { get; }

    /// <summary>Whether the vendor is named near every match, and not only told from its shape.</summary>
    public bool IsNamed => _isNamed.Value;

    /// <summary>Whether every match begins with a keyword at the start of a word.</summary>
    public bool StartsAtKeyword => _startsAtKeyword.Value;

    /// <summary>By byte: whether it can stand inside a token of this rule.</summary>
    public bool[] Characters => _characters.Value;

    /// <summary>A regular expression that takes linear time on any input and knows no culture.</summary>
    /// <exception cref="ArgumentException">It is not one.</exception>
    /// <exception cref="NotSupportedException">It looks around or back, or is too large.</exception>
    public static Regex Compile(string pattern) => new(ByteText.Pattern(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The group that is the secret: the one that is named, else the first that is not empty, else the whole match.</summary>
    public Group SecretOf(Match match)
    {
        if (Data.Group is { } group) return match.Groups[group];
        for (var i = 1; i < match.Groups.Count; i++)
        {
            if (match.Groups[i].Length > 0) return match.Groups[i];
        }
        return match.Groups[0];
    }

    /// <summary>The span of the secret in a match of <see cref="Bytes"/>: by the same rule as <see cref="SecretOf"/>; null when its group took no part.</summary>
    public (int Start, int Length)? SecretOf(ReadOnlySpan<int> slots)
    {
        var group = Data.Group ?? 0;
        for (var i = 1; Data.Group is null && i < slots.Length / 2; i++)
        {
            if (slots[2 * i] < 0 || slots[(2 * i) + 1] <= slots[2 * i]) continue;
            group = i;
            break;
        }
        return (2 * group) + 1 < slots.Length && slots[2 * group] >= 0 && slots[(2 * group) + 1] > slots[2 * group] ? (slots[2 * group], slots[(2 * group) + 1] - slots[2 * group]) : null;
    }

    // Letters, digits, _ and - always belong together: a hash is not a key because a part of it has the right length.
    private static bool[] TokenCharacters(PatternShape shape)
    {
        var characters = new bool[256];
        for (var c = 0; c < 128; c++)
            characters[c] = char.IsAsciiLetterOrDigit((char)c) || c is '_' or '-' || (c > ' ' && c is not ('"' or '\'' or '`' or '=') && shape.Characters.Contains((char)c));
        return characters;
    }

    private bool HoldsKeywords(string pattern)
    {
        var plain = pattern.Replace("\\", "", StringComparison.Ordinal);
        return Data.Keywords.All(k => plain.Contains(k, StringComparison.OrdinalIgnoreCase));
    }

    private static bool BeginsWithKeyword(string pattern, IReadOnlyList<string> keywords)
    {
        if (!pattern.StartsWith(@"\b(", StringComparison.Ordinal)) return false;
        var rest = pattern[3..].Replace("\\", "", StringComparison.Ordinal);
        if (keywords.Count == 1 && rest.StartsWith(keywords[0], StringComparison.OrdinalIgnoreCase)) return true;
        if (!rest.StartsWith("(?:", StringComparison.Ordinal)) return false;
        var end = rest.IndexOf(')', StringComparison.Ordinal);
        return end > 0 && rest[3..end].Split('|').All(a => keywords.Any(k => a.StartsWith(k, StringComparison.OrdinalIgnoreCase)));
    }
}
