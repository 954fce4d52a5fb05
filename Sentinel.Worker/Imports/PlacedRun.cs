using System.Globalization;
using Sentinel.Scanning;
using Sentinel.Scanning.Imports;

namespace Sentinel.Worker.Imports;

/// <summary>A run whose results are put to the files of a commit.</summary>
internal sealed class PlacedRun
{
    // As many as are kept of one file by one analyzer.
    private const int MaxOfAFile = 1000;

    private readonly Dictionary<FileEntry, ImportedResult[]> _results;

    public PlacedRun(ImportedRun run, TreePaths paths)
    {
        Run = run;
        var placed = run.Results.Select(result => (File: paths.Find(result.Path), Result: result)).ToArray();
        _results = placed.Where(p => p.File is not null).GroupBy(p => p.File!).ToDictionary(g => g.Key, g => g.Select(p => p.Result).Take(MaxOfAFile).ToArray());
        var found = placed.Count(p => p.File is not null);
        (Lost, Cut) = (placed.Length - found + run.Placeless, found - _results.Values.Sum(r => r.Length));
    }

    public ImportedRun Run { get; }

    /// <summary>Results that mean no file of the commit.</summary>
    public int Lost { get; }

    /// <summary>Results beyond the first thousand of a file.</summary>
    public int Cut { get; }

    /// <summary>Whether every result is a finding now, or known to need none.</summary>
    public bool IsWhole => Lost == 0 && Cut == 0;

    public IEnumerable<FileEntry> Files => _results.Keys;

    public IEnumerable<ImportedResult> ResultsIn(FileEntry file) => _results.GetValueOrDefault(file) ?? [];

    /// <summary>What became of the results, for the scan's report.</summary>
    /// <param name="findings">Findings that they make.</param>
    public PluginRun Report(int findings)
    {
        var notes = new List<string> { Run.ToolVersion is { } version ? $"{Run.Tool} {version}" : Run.Tool };
        if (Lost > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Lost} results name no file of this commit and were left out"));
        if (Cut > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Cut} results beyond {MaxOfAFile} of one file were left out"));
        if (_results.Values.Sum(r => r.Length) - findings is > 0 and var allowed) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{allowed} results say what a comment in the code allows, or what another one says"));
        if (Run.Ignored > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Run.Ignored} results say that something is in order or suppressed"));
        // Its version is no number that anything depends on.
        var reporter = new PluginDescriptor(Run.Reporter, Version: 0, Run.Tool);
        return new PluginRun(reporter, IsWhole ? PluginStatus.Succeeded : PluginStatus.Partial, _results.Count, findings, [], string.Join("; ", notes));
    }
}
