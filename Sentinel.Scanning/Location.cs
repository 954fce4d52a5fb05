namespace Sentinel.Scanning;

/// <summary>A span of a file. Lines and columns are 1-based, columns count UTF-16 units, the end column is exclusive (as in SARIF).</summary>
public readonly record struct Region(int StartLine, int StartColumn, int EndLine, int EndColumn);

/// <summary>Where something is.</summary>
/// <param name="Path">Path from the root of the tree with <c>/</c>; bytes that are not UTF-8 are written <c>\xNN</c>.</param>
public sealed record Location(string Path, Region Region);
