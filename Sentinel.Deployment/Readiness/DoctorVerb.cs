using Sentinel.Deployment.Checking;

namespace Sentinel.Deployment.Readiness;

/// <summary><c>doctor</c>: prints the production readiness checklist, each line with its evidence.</summary>
internal static class DoctorVerb
{
    public static async Task<int> RunAsync(string[] paths, Uri? url, DateOnly today, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var files = CheckVerb.Read(paths, faults);
        var exemptions = Exemptions.None;
        var lines = new List<ReadinessLine>();
        try
        {
            if (paths.Select(p => Path.Combine(p, Exemptions.FileName)).FirstOrDefault(File.Exists) is { } file) exemptions = Exemptions.Parse(file, await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false));
            var schema = paths.Select(p => Path.Combine(p, "schema.sql")).FirstOrDefault(File.Exists);
            lines.AddRange(Doctor.Files(files, exemptions, schema is null ? null : await File.ReadAllTextAsync(schema, cancellationToken).ConfigureAwait(false), today));
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            faults.Add(fault.Message);
        }
        if (url is not null) lines.AddRange(await Doctor.RunningAsync(url, cancellationToken).ConfigureAwait(false));

        foreach (var fault in faults) await error.WriteLineAsync(fault).ConfigureAwait(false);
        foreach (var line in lines)
        {
            await output.WriteLineAsync($"{line.Holds switch { true => "[ok]  ", false => "[FAIL]", null => "[?]   " }} {line.Item}").ConfigureAwait(false);
            await output.WriteLineAsync($"         {line.Evidence}").ConfigureAwait(false);
        }
        await output.WriteLineAsync($"{lines.Count(l => l.Holds == true)} hold, {lines.Count(l => l.Holds == false)} do not, {lines.Count(l => l.Holds is null)} cannot be told from here.").ConfigureAwait(false);
        return faults.Count > 0 ? CheckVerb.Unreadable : lines.Any(l => l.Holds == false) ? CheckVerb.Broken : CheckVerb.Clean;
    }
}
