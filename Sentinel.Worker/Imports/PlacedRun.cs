using System.Globalization;
using Sentinel.Scanning;
using Sentinel.Scanning.Imports;

namespace Sentinel.Worker.Imports;

/// <summary>A run whose results are put to the files of a commit.</summary>
internal sealed class PlacedRun
{
    private readonly ILookup<FileEntry, ImportedResult> _results;

    public PlacedRun(ImportedRun run, TreePaths paths)
    {
        Run = run;
        var placed = run.Results.Select(result => (File: paths.Find(result.Path), Result: result)).ToArray();
        _results = placed.Where(p => p.File is not null).ToLookup(p => p.File!, p => p.Result);
        Lost = placed.Count(p => p.File is null) + run.Placeless;
    }

    public ImportedRun Run { get; }

    /// <summary>Results that mean no file of the commit.</summary>
    public int Lost { get; }

    public IEnumerable<FileEntry> Files => _results.Select(g => g.Key);

    public IEnumerable<ImportedResult> ResultsIn(FileEntry file) => _results[file];

    /// <summary>What became of the results, for the scan's report.</summary>
    public PluginRun Report()
    {
        var notes = new List<string> { Run.ToolVersion is { } version ? $"{Run.Tool} {version}" : Run.Tool };
        if (Lost > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Lost} results name no file of this commit and were left out"));
        if (Run.Ignored > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Run.Ignored} results say that something is in order or suppressed"));
        // Its version is no number that anything depends on.
        var reporter = new PluginDescriptor(Run.Reporter, Version: 0, Run.Tool);
        return new PluginRun(reporter, Lost > 0 ? PluginStatus.Partial : PluginStatus.Succeeded, _results.Count, _results.Sum(g => g.Count()), [], string.Join("; ", notes));
    }
}
