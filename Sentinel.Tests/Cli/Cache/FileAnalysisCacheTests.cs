using System.Security.Cryptography;
using System.Text;
using Sentinel.Cli.Cache;
using Sentinel.Scanning;

namespace Sentinel.Tests.Cli.Cache;

/// <summary>Whatever happens to the file, a lookup gives what was stored or nothing.</summary>
public sealed class FileAnalysisCacheTests : IDisposable
{
    private const long Large = 1 << 30;

    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-cache-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string File_ => Path.Combine(_folder, "sub", "analysis.cache");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Store_ThenOpenAgain_GivesTheValues()
    {
        using (var cache = Open())
        {
            await StoreAsync(cache, 0, 100);
            Assert.Equal(100, await CountAsync(cache, 0, 120));
        }
        using var again = Open();
        Assert.Equal(100, await CountAsync(again, 0, 120));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File_));
    }

    [Fact]
    public async Task Store_Twice_KeepsOneRecord()
    {
        using var cache = Open();
        await StoreAsync(cache, 0, 10);
        var size = new FileInfo(File_).Length;
        await StoreAsync(cache, 0, 10);

        Assert.Equal(size, new FileInfo(File_).Length);
    }

    [Fact]
    public async Task Open_FileCutAtAnyPlace_GivesWhatIsWhole()
    {
        using (var cache = Open()) await StoreAsync(cache, 0, 5);
        var whole = await File.ReadAllBytesAsync(File_, Cancellation);
        var counts = new List<int>();
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(File_, whole[..length], Cancellation);
            using var cache = Open();
            counts.Add(await CountAsync(cache, 0, 5));
        }

        Assert.Equal([0, 1, 2, 3, 4, 5], counts.Distinct());
        Assert.Equal(counts.Order(), counts);
    }

    [Fact]
    public async Task Open_AnyByteDamaged_NeverGivesAnotherValue()
    {
        using (var cache = Open()) await StoreAsync(cache, 0, 3);
        var whole = await File.ReadAllBytesAsync(File_, Cancellation);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 0x41;
            await File.WriteAllBytesAsync(File_, damaged, Cancellation);
            using var cache = Open();
            // Every value that is given is compared with what was stored.
            await CountAsync(cache, 0, 3);
        }
    }

    [Fact]
    public async Task Store_BehindADamagedTail_CutsItOff()
    {
        using (var cache = Open()) await StoreAsync(cache, 0, 5);
        await File.AppendAllTextAsync(File_, "half a record", Cancellation);
        using (var cache = Open()) await StoreAsync(cache, 5, 10);

        using var again = Open();
        Assert.Equal(10, await CountAsync(again, 0, 10));
    }

    [Fact]
    public async Task Store_FileOfSomethingElse_IsReplacedOnlyWhenWritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File_)!);
        await File.WriteAllTextAsync(File_, "this is no cache, and it is longer than a header", Cancellation);
        using var cache = Open();

        Assert.Equal(0, await CountAsync(cache, 0, 5));
        await StoreAsync(cache, 0, 5);
        Assert.Equal(5, await CountAsync(cache, 0, 5));
    }

    [Fact]
    public async Task Store_FromManyAtOnce_LosesNothing()
    {
        var caches = Enumerable.Range(0, 4).Select(_ => Open()).ToArray();

        await Task.WhenAll(caches.Select((cache, i) => Task.Run(async () =>
        {
            for (var part = 0; part < 10; part++) await StoreAsync(cache, (i * 100) + (part * 10), (i * 100) + (part * 10) + 10);
        })));

        foreach (var cache in caches) cache.Dispose();
        using var again = Open();
        Assert.Equal(400, await CountAsync(again, 0, 400));
    }

    [Fact]
    public async Task Store_BeyondTheLimit_DropsTheOlderAndOthersNotice()
    {
        using var other = FileAnalysisCache.Open(File_, 20_000);
        await StoreAsync(other, 0, 1);
        using var cache = FileAnalysisCache.Open(File_, 20_000);
        for (var i = 0; i < 1000; i += 50) await StoreAsync(cache, i, i + 50);

        Assert.InRange(new FileInfo(File_).Length, 1, 25_000);
        Assert.Equal(50, await CountAsync(cache, 950, 1000));
        await StoreAsync(other, 2000, 2010);
        using var again = Open();
        Assert.Equal(60, await CountAsync(again, 950, 1000) + await CountAsync(again, 2000, 2010));
    }

    [Fact]
    public async Task Store_FolderThatCannotBeMade_CostsNothing()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", Cancellation);
        using var cache = FileAnalysisCache.Open(Path.Combine(_folder, "file", "analysis.cache"), Large);

        await StoreAsync(cache, 0, 5);

        Assert.Equal(0, await CountAsync(cache, 0, 5));
    }

    private FileAnalysisCache Open() => FileAnalysisCache.Open(File_, Large);

    private static async Task StoreAsync(FileAnalysisCache cache, int from, int to) =>
        await cache.StoreAsync([.. Enumerable.Range(from, to - from).Select(i => KeyValuePair.Create(KeyOf(i), ValueOf(i)))], Cancellation);

    private static async Task<int> CountAsync(FileAnalysisCache cache, int from, int to)
    {
        var found = await cache.LookupAsync([.. Enumerable.Range(from, to - from).Select(KeyOf)], Cancellation);
        for (var i = from; i < to; i++)
        {
            if (found.TryGetValue(KeyOf(i), out var value)) Assert.Equal(ValueOf(i).ToArray(), value.ToArray());
        }
        return found.Count;
    }

    private static AnalysisKey KeyOf(int i) => new(Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))), "test/bad", "pack");

    // Empty for every third: the result of a clean file.
    private static ReadOnlyMemory<byte> ValueOf(int i) => i % 3 == 0 ? ReadOnlyMemory<byte>.Empty : Encoding.UTF8.GetBytes($"value {i} {new string('v', i % 50)}");
}
