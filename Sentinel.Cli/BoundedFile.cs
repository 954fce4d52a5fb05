namespace Sentinel.Cli;

/// <summary>Reads files that a person or a repository names: a device has no length and no end, so what is read counts and not what is listed.</summary>
internal static class BoundedFile
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>The whole content.</summary>
    /// <param name="name">How errors name it.</param>
    /// <exception cref="CliException">There is no such file, or it is larger than <paramref name="maxBytes"/>.</exception>
    public static byte[] Read(string file, long maxBytes, string name)
    {
        if (!File.Exists(file)) throw new CliException($"{name}: there is no such file.");

        using var input = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = input.Read(buffer)) > 0;)
        {
            if (content.Length + read > maxBytes) throw new CliException($"{name}: larger than {maxBytes / Mebibyte} MiB.");
            content.Write(buffer, 0, read);
        }
        return content.ToArray();
    }

    /// <summary>The whole text, of whatever encoding its mark says, else UTF-8.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadText(string file, long maxBytes, string name)
    {
        using var reader = new StreamReader(new MemoryStream(Read(file, maxBytes, name)));
        return reader.ReadToEnd();
    }
}
