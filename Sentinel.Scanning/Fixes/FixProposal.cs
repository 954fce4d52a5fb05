namespace Sentinel.Scanning.Fixes;

/// <summary>A part of a file's text and what stands there instead.</summary>
internal sealed record TextEdit(TextSpan Span, string Text)
{
    public static TextEdit Insert(int at, string text) => new(new TextSpan(at, 0), text);

    public static TextEdit Delete(int start, int end) => new(TextSpan.Between(start, end), "");
}

/// <summary>A change of a file that may mend a finding: worth nothing until it is proved.</summary>
/// <param name="Summary">What it does, in one sentence.</param>
/// <param name="Edits">In any order; they must not overlap.</param>
/// <param name="Holds">What must be true of the changed text beyond what analyzers see; null for nothing.</param>
internal sealed record FixProposal(string Summary, IReadOnlyList<TextEdit> Edits, Func<string, bool>? Holds = null)
{
    /// <summary>Nobody could say whether there is one.</summary>
    public static FixProposal Undecided { get; } = new("", []);

    /// <summary>The text after the change; null when edits overlap or lie outside.</summary>
    public string? ApplyTo(string text)
    {
        var changed = new System.Text.StringBuilder(text.Length + 200);
        var at = 0;
        foreach (var edit in Edits.OrderBy(e => e.Span.Start))
        {
            if (edit.Span.Start < at || edit.Span.End > text.Length) return null;
            changed.Append(text, at, edit.Span.Start - at).Append(edit.Text);
            at = edit.Span.End;
        }
        return changed.Append(text, at, text.Length - at).ToString();
    }
}

/// <summary>
/// Makes a proposal when somebody wants to try it. No part of what a finding is: all are equal, so that findings of the same content are.
/// </summary>
internal sealed class FixSource
{
    private readonly Func<CancellationToken, ValueTask<FixProposal?>> _make;

    /// <param name="make">Knows all it needs from the file.</param>
    public FixSource(Func<FixProposal?> make) => _make = _ => ValueTask.FromResult(make());

    /// <param name="ask">Asks others; it throws nothing but <see cref="OperationCanceledException"/>.</param>
    public FixSource(Func<CancellationToken, ValueTask<FixProposal?>> ask) => _make = ask;

    /// <summary>The proposal; null when there is none after all; <see cref="FixProposal.Undecided"/> when nobody can say now.</summary>
    public ValueTask<FixProposal?> MakeAsync(CancellationToken cancellationToken) => _make(cancellationToken);

    public override bool Equals(object? obj) => obj is FixSource;

    public override int GetHashCode() => 0;
}

/// <summary>An analyzer that proposes fixes.</summary>
internal interface IFixingAnalyzer : IFileAnalyzer
{
    /// <summary>
    /// Whether the changed file is still the same kind of thing with the same parts: a text that became unreadable has no findings either.
    /// </summary>
    /// <exception cref="AnalysisException">It cannot be read.</exception>
    bool IsSound(SourceFile before, SourceFile after, CancellationToken cancellationToken);
}
