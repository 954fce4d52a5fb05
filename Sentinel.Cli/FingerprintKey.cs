using System.Security.Cryptography;

namespace Sentinel.Cli;

/// <summary>The key with which secrets are hashed into fingerprints: from the environment, else made once for this user.</summary>
internal static class FingerprintKey
{
    private const string Variable = "SENTINEL_FINGERPRINT_KEY";
    private const int Bytes = 32;

    /// <summary>32 bytes.</summary>
    /// <exception cref="FormatException">The variable does not hold 64 hexadecimal digits.</exception>
    public static byte[] Read()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } hex)
        {
            return hex.Length == Bytes * 2 && hex.All(char.IsAsciiHexDigit)
                ? Convert.FromHexString(hex)
                : throw new FormatException($"{Variable} must hold {Bytes * 2} hexadecimal digits (openssl rand -hex {Bytes}).");
        }

        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "sentinel");
        var file = Path.Combine(folder, "fingerprint.key");
        if (File.Exists(file) && File.ReadAllBytes(file) is { Length: Bytes } known) return known;

        var key = RandomNumberGenerator.GetBytes(Bytes);
        try
        {
            Directory.CreateDirectory(folder);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(file, options);
            stream.Write(key);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // Without a place to keep it, fingerprints of secrets differ from run to run; findings do not.
        }
        return key;
    }
}
