using System.Diagnostics;

namespace Sentinel.Git;

/// <summary>
/// How git is started with a hostile repository on the other end: nothing of the user's or the system's configuration, no hooks, no
/// helpers, no prompts, only the protocols that are allowed. Credentials travel in the environment, never in an argument. What the
/// repository's own configuration says is overruled here wherever it would run, reach or hide something.
/// </summary>
internal static class GitEnvironment
{
    // https://git-scm.com/docs/git-config: each key here closes a way for a repository or a server to run or reach something.
    private static readonly (string Key, string Value)[] Settings =
    [
        ("protocol.allow", "never"),
        ("protocol.https.allow", "always"),
        ("core.hooksPath", "/dev/null"),
        ("core.fsmonitor", "false"),
        ("core.symlinks", "false"),
        // A commit-graph file is a copy of the history that its owner can write; the commits themselves cannot lie about their parents.
        ("core.commitGraph", "false"),
        ("log.showSignature", "false"),
        ("gpg.program", "/bin/false"),
        ("core.pager", "cat"),
        ("core.alternateRefsCommand", "/bin/false"),
        ("core.longpaths", "true"),
        ("credential.helper", ""),
        // Old projects hold objects that fsck dislikes. Trees are read as data here and never checked out, so it would protect nothing.
        ("fetch.fsckObjects", "false"),
        ("fetch.recurseSubmodules", "false"),
        ("submodule.recurse", "false"),
        ("filter.lfs.smudge", ""),
        ("filter.lfs.process", ""),
        ("http.followRedirects", "initial"),
        ("http.lowSpeedLimit", "1000"),
        ("http.lowSpeedTime", "60"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        ("safe.directory", "*"),
        ("transfer.advertiseSID", "false"),
        ("uploadpack.packObjectsHook", ""),
    ];

    /// <summary>Sets up a process; the only inherited variables are those that git needs to find programs and certificates.</summary>
    /// <param name="remote">Protocols and headers of this remote, values may be secret; null forbids every protocol.</param>
    /// <param name="indexFile">Full path of an index to use instead of the repository's own; null for its own.</param>
    public static void Apply(ProcessStartInfo start, IReadOnlyList<(string Key, string Value)>? remote, string? indexFile)
    {
        string?[] kept = ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "LD_LIBRARY_PATH", "SYSTEMROOT"];
        var inherited = kept.Select(name => (name!, Environment.GetEnvironmentVariable(name!))).Where(v => v.Item2 is not null).ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in inherited) start.Environment[name] = value;

        start.Environment["HOME"] = Path.GetTempPath();
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_ASKPASS"] = "/bin/false";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_ATTR_NOSYSTEM"] = "1";
        start.Environment["GIT_LFS_SKIP_SMUDGE"] = "1";
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        // Grafts would hide commits.
        start.Environment["GIT_GRAFT_FILE"] = "/dev/null";
        if (indexFile is not null) start.Environment["GIT_INDEX_FILE"] = indexFile;
        if (remote is null)
        {
            // Unlike protocol.allow, which a repository's protocol.ext.allow would overrule, the variable is the last word.
            start.Environment["GIT_ALLOW_PROTOCOL"] = "";
            start.Environment["GIT_NO_LAZY_FETCH"] = "1";
        }
        var all = Settings.Concat(remote ?? []).ToArray();
        start.Environment["GIT_CONFIG_COUNT"] = all.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < all.Length; i++)
        {
            start.Environment[$"GIT_CONFIG_KEY_{i}"] = all[i].Key;
            start.Environment[$"GIT_CONFIG_VALUE_{i}"] = all[i].Value;
        }
    }
}
