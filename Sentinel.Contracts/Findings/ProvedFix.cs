namespace Sentinel.Contracts.Findings;

/// <summary>
/// A change of a file that was proved to mend a finding: it was applied in memory, every analyzer read the result, the finding was gone and
/// no other had come. What a program means beyond its findings nobody proved.
/// </summary>
/// <param name="StartLine">First line that is replaced, counted from 1.</param>
/// <param name="EndLine">Last line that is replaced.</param>
/// <param name="Replacement">The new lines, parted by <c>\n</c>, without a line break at the end; null to delete the lines.</param>
/// <param name="Summary">What it does, in one sentence.</param>
/// <param name="ProvedBy">The analyzers that looked at the result, each as <c>id@version</c>, parted by commas.</param>
public sealed record ProvedFix(int StartLine, int EndLine, string? Replacement, string Summary, string ProvedBy);
