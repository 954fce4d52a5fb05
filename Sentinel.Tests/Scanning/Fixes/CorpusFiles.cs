using System.Formats.Tar;
using System.IO.Compression;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Fixes;

/// <summary>Workflows and Dockerfiles of a labelled corpus, under paths at which analyzers look at them.</summary>
internal static class CorpusFiles
{
    private const int MaxBytes = 256 * 1024;

    public static async Task<List<(string Path, string Text)>> ReadAsync(string corpus)
    {
        var files = new List<(string, string)>();
        await using var archive = new GZipStream(File.OpenRead(SharedFiles.Require("data", $"{corpus}.tar.gz")), CompressionMode.Decompress);
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(copyData: false, TestContext.Current.CancellationToken) is { } entry)
        {
            if (entry is not { DataStream: { Length: <= MaxBytes } data } || PathOf(entry.Name) is not { } path) continue;
            using var reader = new StreamReader(data);
            files.Add((path, await reader.ReadToEndAsync(TestContext.Current.CancellationToken)));
        }
        return files;
    }

    private static string? PathOf(string name)
    {
        var file = Path.GetFileName(name);
        if (file.StartsWith("action.", StringComparison.Ordinal)) return file;
        if (Path.GetExtension(file) is ".yml" or ".yaml") return $".github/workflows/{file}";
        return file.Contains("dockerfile", StringComparison.OrdinalIgnoreCase) || name.Contains("docker", StringComparison.OrdinalIgnoreCase) ? "Dockerfile" : null;
    }
}
