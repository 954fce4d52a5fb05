using System.Buffers;
using System.Text;
using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>
/// One pass of all rules over one text. A byte is a character, so that no text is decoded that holds nothing; a keyword's place calls up its rules, and each looks only at a bounded window around it.
/// </summary>
internal ref struct MatchPass : ILiteralSink
{
    private const int MaxJoined = 8;
    private const int MaxCandidates = 8000;
    private const int MaxToken = 1024;
    private const int MaxWordReach = 24;
    private const int CancellationStep = 4096;

    // The stem of a name ("meili") calls up its rules too, but not so short a one that it begins ordinary words.
    private const int MinStem = 5;

    private static readonly byte[][] WordsBehindNames =
        [.. new[] { "key", "token", "secret", "api", "access", "private", "pass", "pwd", "auth", "client", "cred", "app", "account", "user", "id", "url", "io", "com", "dev" }.Select(Encoding.ASCII.GetBytes)];

    private readonly ReadOnlySpan<byte> _text;
    private readonly SecretRuleSet _set;
    private readonly SecretRuleIndex _index;
    private readonly FileContext _file;
    private readonly CancellationToken _cancellation;
    private int[]? _starts;
    private int[]? _ends;
    private char[]? _characters;
    private List<int>? _open;
    private HashSet<int>? _whole;
    private int _steps;
    private GenericPass _generic;

    private MatchPass(ReadOnlySpan<byte> text, SecretRuleSet set, FileContext file, CancellationToken cancellation)
    {
        _text = text;
        _set = set;
        _index = set.Index;
        _file = file;
        _cancellation = cancellation;
        _generic = new GenericPass(text, file);
    }

    /// <summary>Null while nothing was found.</summary>
    public List<Candidate>? Found { get; private set; }

    /// <summary>What the rules take for secrets, unsettled; null when nothing was found.</summary>
    /// <exception cref="OperationCanceledException">The caller stopped, or the file's time is over.</exception>
    public static List<Candidate>? Run(ReadOnlySpan<byte> text, SecretRuleSet set, FileContext file, CancellationToken cancellation)
    {
        var pass = new MatchPass(text, set, file, cancellation);
        try
        {
            set.Index.Literals.Scan(text, ref pass);
            pass.Finish();
            return pass.Found;
        }
        finally
        {
            pass.Return();
        }
    }

    public void Hit(int literal, int index)
    {
        if ((++_steps & (CancellationStep - 1)) == 0) _cancellation.ThrowIfCancellationRequested();
        if (Found?.Count > MaxCandidates) return;
        var end = index + _index.Literals.LengthOf(literal);
        var isWord = true;
        if (_index.IsName[literal])
        {
            if (!StartsWord(index)) return;
            isWord = EndsWord(end);
            if (!isWord && end - index < MinStem) return;
        }
        foreach (var number in _index.RulesOf[literal])
        {
            if (number == SecretRuleSet.VendorRule)
            {
                if (isWord && _file.AllowsGeneric && VendorSecret.At(_text, index, end) is { } candidate) (Found ??= []).Add(candidate);
                continue;
            }
            if (number == SecretRuleSet.GenericRule)
            {
                if (_file.AllowsGeneric && _generic.At(index, _index.Literals.LengthOf(literal)) is { } candidate) (Found ??= []).Add(candidate);
                continue;
            }
            var rule = _set.Rules[number];
            if (!_file.Accepts(rule)) continue;
            if (rule.Data.IsWhole) (_whole ??= []).Add(number);
            else if (rule.IsValue) Near(rule, index, end);
            else Extend(rule, number, index);
        }
    }

    // acmeToken, ACME_TOKEN, myAcme; but not placemen for acme.
    private readonly bool StartsWord(int start) =>
        start == 0 || !char.IsAsciiLetter((char)_text[start - 1]) || (char.IsAsciiLetterLower((char)_text[start - 1]) && char.IsAsciiLetterUpper((char)_text[start]));

    // acme_token, acmeToken, acme2, acmesecret; but not acmes.
    private readonly bool EndsWord(int end)
    {
        if (end >= _text.Length || !char.IsAsciiLetter((char)_text[end])) return true;
        return (char.IsAsciiLetterUpper((char)_text[end]) && char.IsAsciiLetterLower((char)_text[end - 1])) || StartsWithWord(end);
    }

    private readonly bool StartsWithWord(int at)
    {
        var rest = _text[at..Math.Min(_text.Length, at + 8)];
        foreach (var word in WordsBehindNames)
        {
            if (rest.Length >= word.Length && Ascii.EqualsIgnoreCase(rest[..word.Length], word)) return true;
        }
        return false;
    }

    private void Finish()
    {
        foreach (var number in _open ?? []) Flush(number);
        foreach (var number in _whole ?? []) Whole(_set.Rules[number]);
        foreach (var number in _index.Unkeyed)
        {
            if (_file.Accepts(_set.Rules[number])) Whole(_set.Rules[number]);
        }
    }

    // Windows of a rule that overlap are joined, up to a bound, so that a text of keywords alone is read about once and not once for each.
    private void Extend(SecretRule rule, int number, int index)
    {
        if (rule.StartsAtKeyword && index > 0 && IsWord(_text[index - 1])) return;
        var start = Math.Max(0, index - rule.WindowBefore);
        var end = Math.Min(_text.Length, index + rule.WindowAfter);
        if (_starts is null)
        {
            _starts = ArrayPool<int>.Shared.Rent(_set.Rules.Count);
            _ends = ArrayPool<int>.Shared.Rent(_set.Rules.Count);
            _ends.AsSpan(0, _set.Rules.Count).Fill(-1);
            _open = [];
        }
        if (_ends![number] < 0)
        {
            _open!.Add(number);
        }
        else if (start <= _ends[number] && end - _starts[number] <= MaxJoined * (rule.WindowBefore + rule.WindowAfter))
        {
            _ends[number] = Math.Max(end, _ends[number]);
            return;
        }
        else
        {
            Flush(number);
        }
        _starts[number] = start;
        _ends[number] = end;
    }

    private void Flush(int number) => Match(_set.Rules[number], _starts![number], _ends![number]);

    // A rule without keyword has no window to lose a match in: long texts are cut into pieces that overlap by the longest match.
    private void Whole(SecretRule rule)
    {
        const int Piece = 1 << 16;
        var overlap = Math.Min(rule.Shape.MaxLength, Piece / 4);
        for (var start = 0; start < _text.Length; start += Piece - overlap)
        {
            _cancellation.ThrowIfCancellationRequested();
            // From the start of a line, so that ^ means what it says.
            var line = start == 0 ? 0 : start - Math.Min(start, Piece / 8) + _text[(start - Math.Min(start, Piece / 8))..start].LastIndexOf((byte)'\n') + 1;
            Match(rule, line, Math.Min(_text.Length, start + Piece));
        }
    }

    private void Match(SecretRule rule, int start, int end)
    {
        if (rule.Needs is { } needs && _text[start..end].IndexOf(needs) < 0) return;
        if (end - start < rule.Shape.MinLength) return;

        // One character more on each side, so that word boundaries are those of the text.
        var from = Math.Max(0, start - 1);
        var to = Math.Min(_text.Length, end + 1);
        if (rule.Bytes is { } pattern)
        {
            Match(rule, pattern, from, to);
            return;
        }
        var window = Widen(from, to);
        foreach (var found in rule.Regex.EnumerateMatches(window))
        {
            _cancellation.ThrowIfCancellationRequested();
            // The window's end looks like the text's end to the pattern: what stops there in the middle of a word was cut.
            if (found.Index + found.Length == window.Length && to < _text.Length && IsWord(_text[to - 1]) && IsWord(_text[to])) continue;
            if (found.Index == 0 && from > 0 && IsWord(_text[from - 1]) && IsWord(_text[from])) continue;

            var context = found.Index > 0 ? 1 : 0;
            var slice = new string(window[(found.Index - context)..Math.Min(window.Length, found.Index + found.Length + 1)]);
            var match = rule.Regex.Match(slice, context);
            if (!match.Success || rule.SecretOf(match) is not { Success: true, Length: > 0 } secret) continue;
            var origin = from + found.Index - context;
            Judge(rule, slice.AsSpan(secret.Index, secret.Length), origin + secret.Index, 0, origin + match.Index, match.Length);
        }
    }

    private void Match(SecretRule rule, BytePattern pattern, int from, int to)
    {
        var window = _text[from..to];
        Span<int> slots = stackalloc int[2 * (pattern.Groups + 1)];
        for (var at = 0; at <= window.Length && pattern.Find(window, at, slots);)
        {
            _cancellation.ThrowIfCancellationRequested();
            var (start, end) = (slots[0], slots[1]);
            at = Math.Max(end, start + 1);
            if (end == window.Length && to < _text.Length && IsWord(_text[to - 1]) && IsWord(_text[to])) continue;
            if (start == 0 && from > 0 && IsWord(_text[from - 1]) && IsWord(_text[from])) continue;
            if (rule.SecretOf(slots) is not { } secret) continue;
            Judge(rule, Widen(from + secret.Start, from + secret.Start + secret.Length), from + secret.Start, 0, from + start, end - start);
        }
    }

    // Whole tokens behind a vendor's name, the nearest that fits.
    private void Near(SecretRule rule, int keyword, int from)
    {
        var inside = rule.Characters;
        var at = from;
        while (at < _text.Length && at - from <= MaxToken && IsTokenByte(inside, at)) at++;
        var name = at;
        if (Token(rule, keyword, from, from, keyword, at)) return;
        var limit = Math.Min(_text.Length, name + rule.Distance);
        var lines = 0;
        while (at < limit)
        {
            if (!IsTokenByte(inside, at))
            {
                if (_text[at] == '\n' && ++lines > 1) return;
                at++;
                continue;
            }
            var start = at;
            while (at < _text.Length && at - start <= MaxToken && IsTokenByte(inside, at)) at++;
            if (Token(rule, keyword, from, name, start, at)) return;
        }
    }

    /// <param name="keyword">Index of the keyword.</param>
    /// <param name="from">Index behind the keyword.</param>
    /// <param name="name">Where the token that holds the keyword ends; the same as <paramref name="from"/> for a value glued to it.</param>
    private bool Token(SecretRule rule, int keyword, int from, int name, int start, int end)
    {
        // A full stop that ends a sentence is no part of a token.
        while (end > start && _text[end - 1] is (byte)'.' or (byte)',' or (byte)';' or (byte)':') end--;
        if (start == keyword || !Fits(rule, start, end))
        {
            start = GluedWords.Skip(_text, start, end);
            if (start < 0 || !Fits(rule, start, end)) return false;
        }
        var isNamed = rule.Data.Words is not { } words || HasWord(words, Math.Max(0, keyword - MaxWordReach), start);
        // acme_commit = … may be public; acme = … names nothing but the vendor.
        if (!isNamed && (name != from || !VendorSecret.IsAssigned(_text, keyword, name, start, end))) return false;
        return Judge(rule, Widen(start, end), start, Math.Max(0, start - name), keyword, name - keyword, isNamed ? Confidence.High : Confidence.Low);
    }

    private bool Fits(SecretRule rule, int start, int end) =>
        end - start >= rule.Shape.MinLength && end - start <= rule.Shape.MaxLength && (rule.Bytes is { } pattern ? pattern.IsFull(_text[start..end]) : rule.Regex.IsMatch(Widen(start, end)));

    // "=" belongs to a token as padding only: at its end. Behind a name it does no harm, since a name is no value.
    private readonly bool IsTokenByte(bool[] inside, int at) =>
        inside[_text[at]]
        || (_text[at] == '=' && at > 0 && (inside[_text[at - 1]] || _text[at - 1] == '=') && (at + 1 >= _text.Length || !inside[_text[at + 1]]));

    private readonly bool HasWord(IReadOnlyList<string> words, int from, int to)
    {
        Span<char> lower = stackalloc char[Math.Min(to - from, 2048)];
        Ascii.ToLower(_text.Slice(to - lower.Length, lower.Length), lower, out _);
        foreach (var word in words)
        {
            if (lower.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0) return true;
        }
        return false;
    }

    private bool Judge(SecretRule rule, ReadOnlySpan<char> value, int start, int distance, int matchStart, int matchLength, Confidence atMost = Confidence.High)
    {
        if (SecretJudgement.Of(rule, value, _text[(start + value.Length)..]) is not { } confidence) return false;
        (Found ??= []).Add(new Candidate(rule, start, value.Length, confidence < atMost ? confidence : atMost, distance, matchStart, matchLength));
        return true;
    }

    private Span<char> Widen(int from, int to)
    {
        if (_characters is null || _characters.Length < to - from)
        {
            if (_characters is not null) ArrayPool<char>.Shared.Return(_characters, clearArray: true);
            _characters = ArrayPool<char>.Shared.Rent(Math.Max(1024, to - from));
        }
        var span = _characters.AsSpan(0, to - from);
        ByteText.Widen(_text[from..to], span);
        return span;
    }

    private readonly void Return()
    {
        if (_starts is not null) ArrayPool<int>.Shared.Return(_starts);
        if (_ends is not null) ArrayPool<int>.Shared.Return(_ends);
        // What was in it may be a secret.
        if (_characters is not null) ArrayPool<char>.Shared.Return(_characters, clearArray: true);
    }

    private static bool IsWord(byte value) => char.IsAsciiLetterOrDigit((char)value) || value == '_';
}
