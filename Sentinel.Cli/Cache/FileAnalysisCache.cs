using Sentinel.Scanning;

namespace Sentinel.Cli.Cache;

/// <summary>
/// Results of earlier scans in one file, for all repositories of a user. Several processes may use it at once: writers wait for each
/// other, readers ignore a record that is not written to its end. A fault of the file costs time, never a finding.
/// </summary>
internal sealed class FileAnalysisCache : IAnalysisCache, IDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);

    private readonly string _path;
    private readonly long _maxBytes;
    private readonly Dictionary<UInt128, (byte[] Key, long Offset, int Length)> _index = [];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private FileStream? _file;
    private byte[] _header = [];
    private long _end;

    private FileAnalysisCache(string path, long maxBytes) => (_path, _maxBytes) = (path, maxBytes);

    /// <summary>The file where none is named: SENTINEL_CACHE_DIR, else <c>sentinel</c> in the user's cache folder.</summary>
    public static string DefaultPath
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("SENTINEL_CACHE_DIR") is { Length: > 0 } named ? named
                : Path.Combine(
                    Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
                        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache"),
                    "sentinel");
            return Path.Combine(folder, "analysis.cache");
        }
    }

    /// <summary>Finds out before a scan whether a file may be written over.</summary>
    /// <exception cref="CliException">It is a folder, or holds something that is no cache.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path)) throw new CliException($"{path}: this is a folder: --cache names a file.");
        if (!File.Exists(path)) return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var header = new byte[CacheFile.HeaderBytes];
        var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (!CacheFile.MayBecome(header.AsSpan(0, read))) throw new CliException($"{path}: this is no cache of Sentinel's, and it would be written over: name another file with --cache, or delete it.");
    }

    /// <summary>Opens a cache; one that cannot be read counts as empty.</summary>
    /// <param name="path">Made on the first write.</param>
    /// <param name="maxBytes">A file that grows beyond this loses the older half of its records.</param>
    public static FileAnalysisCache Open(string path, long maxBytes)
    {
        var cache = new FileAnalysisCache(path, maxBytes);
        try
        {
            cache.Load();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            cache.Forget();
        }
        return cache;
    }

    public async Task<IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>>> LookupAsync(IReadOnlyCollection<AnalysisKey> keys, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var found = new Dictionary<AnalysisKey, ReadOnlyMemory<byte>>();
            foreach (var key in keys)
            {
                if (Find(Convert.FromHexString(key.Hash)) is { } value) found[key] = value;
            }
            return found;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task StoreAsync(IReadOnlyCollection<KeyValuePair<AnalysisKey, ReadOnlyMemory<byte>>> entries, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            await using var held = await LockAsync(cancellationToken);
            if (held is not null) Append(entries);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // A full disk or a folder that may not be written: the next scan does this one's work again.
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _gate.Dispose();
    }

    private byte[]? Find(byte[] key)
    {
        if (_file is null || !_index.TryGetValue(Short(key), out var place) || !place.Key.AsSpan().SequenceEqual(key)) return null;
        var value = new byte[place.Length];
        try
        {
            return RandomAccess.Read(_file.SafeFileHandle, value, place.Offset) == value.Length ? value : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Load()
    {
        Forget();
        if (!File.Exists(_path)) return;
        _file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var header = new byte[CacheFile.HeaderBytes];
        if (_file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !CacheFile.IsHeader(header)) return;
        (_header, _end) = (header, header.Length);
        ReadOn();
    }

    // From the end of what is known to the end of what is sound.
    private void ReadOn()
    {
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0) { Position = _end };
        var begin = _end;
        _end = begin + CacheFile.Read(stream, (key, offset, length) => _index.TryAdd(Short(key), (key, begin + offset, length)));
    }

    private void Append(IReadOnlyCollection<KeyValuePair<AnalysisKey, ReadOnlyMemory<byte>>> entries)
    {
        if (!IsSameFile()) Load();
        if (_header.Length == 0) Begin();
        ReadOn();
        using (var output = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 16))
        {
            // Cuts off what a writer that died has left.
            output.SetLength(_end);
            output.Position = _end;
            foreach (var (key, value) in entries)
            {
                var bytes = Convert.FromHexString(key.Hash);
                if (CacheFile.Fits(value.Length) && !_index.ContainsKey(Short(bytes))) CacheFile.Write(output, bytes, value.Span);
            }
        }
        ReadOn();
        if (_end > _maxBytes) Shrink();
    }

    private bool IsSameFile()
    {
        if (_file is null || _header.Length == 0 || !File.Exists(_path)) return false;
        using var current = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var header = new byte[CacheFile.HeaderBytes];
        return current.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header.AsSpan().SequenceEqual(_header);
    }

    private void Begin()
    {
        Forget();
        using (var output = Create(_path, FileMode.Create)) output.Write(CacheFile.NewHeader());
        Load();
    }

    // The newer half goes to a new file under another name; who reads the old one keeps it until done.
    private void Shrink()
    {
        var next = _path + ".new";
        using (var output = Create(next, FileMode.Create))
        {
            output.Write(CacheFile.NewHeader());
            foreach (var (key, offset, length) in _index.Values.Where(p => p.Offset > _end - (_maxBytes / 2)).OrderBy(p => p.Offset))
            {
                var value = new byte[length];
                if (RandomAccess.Read(_file!.SafeFileHandle, value, offset) == length) CacheFile.Write(output, key, value);
            }
        }
        File.Move(next, _path, overwrite: true);
        Load();
    }

    private void Forget()
    {
        _file?.Dispose();
        (_file, _header, _end) = (null, [], 0);
        _index.Clear();
    }

    // What was found in private code is nobody else's business.
    private static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    // Null when others kept it for too long. The operating system releases it when its holder dies.
    private async Task<FileStream?> LockAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < MaxWait)
            {
                await Task.Delay(Retry, cancellationToken);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    private static UInt128 Short(ReadOnlySpan<byte> key) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(key);
}
