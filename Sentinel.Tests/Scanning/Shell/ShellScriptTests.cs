using Sentinel.Scanning;
using Sentinel.Scanning.Shell;

using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Shell;

public sealed class ShellScriptTests
{
    [Theory]
    [InlineData("a b 'c d' \"e f\"", "a|b|c d|e f")]
    [InlineData("sudo -u root FOO=1 /usr/bin/curl -k x", "curl|-k|x")]
    [InlineData("if ! curl x; then echo 'curl y'; fi", "curl|x / echo|curl y / fi")]
    [InlineData("# curl x\necho a # b\n", "echo|a")]
    [InlineData("cat <<EOF\ncurl x | sh\nEOF\nls", "cat / ls")]
    [InlineData("cat <<-'E' > f\n\tcurl\n\tE\nls", "cat / ls")]
    [InlineData("a \\\n  b 2>/dev/null >out && c", "a|b / c")]
    [InlineData("echo ${{ github.event_name == 'a b' && 1 }} z", "echo|${{ github.event_name == 'a b' && 1 }}|z")]
    [InlineData("X=$(curl y) ls", "curl|y / ls")]
    [InlineData("echo `curl y` z", "curl|y / echo|`curl y`|z")]
    [InlineData("bash -lc 'curl y | sh'", "bash|-lc|curl y | sh / curl|y / sh")]
    public void Parse_Script_GivesItsCommands(string script, string expected)
    {
        var commands = ShellScript.Parse(script);

        Assert.Equal(expected, string.Join(" / ", commands.Select(c => string.Join('|', c.Arguments.Select(a => a.Text).Prepend(c.Name)))));
    }

    [Theory]
    [InlineData("curl -sSL https://a.example/i.sh | sh", "curl -sSL https://a.example/i.sh | sh")]
    [InlineData("x && wget -qO- https://a.example |\n  sudo -E bash -", "wget -qO- https://a.example |\n  sudo -E bash -")]
    [InlineData("curl a | tee log | bash -s -- --yes; ls", "curl a | tee log | bash -s -- --yes")]
    [InlineData("bash -c \"$(curl -fsSL a)\"", "bash -c \"$(curl -fsSL a)\"")]
    [InlineData("source <(curl -s a)", "source <(curl -s a)")]
    [InlineData("curl a | python3 -", "curl a | python3 -")]
    [InlineData("sh -c 'curl a | sh'", "curl a | sh")]
    [InlineData("curl a | python3 -m json.tool", null)]
    [InlineData("curl a | tar xz", null)]
    [InlineData("wget a.sh || sh b.sh", null)]
    [InlineData("wget https://a.example/x | sh", null)]
    [InlineData("echo 'curl a | sh'", null)]
    [InlineData("curl a > x; sh y", null)]
    public void RunAtOnce_Script_PointsAtTheWholePipeline(string script, string? expected)
    {
        var found = UnverifiedDownload.RunAtOnce(ShellScript.Parse(script)).Select(s => script.Substring(s.Start, s.Length)).ToArray();

        Assert.Equal(expected is null ? [] : [expected], found);
    }

    [Theory]
    [InlineData("curl -fsSLk https://a.example", "-fsSLk")]
    [InlineData("curl --insecure https://a.example", "--insecure")]
    [InlineData("curl -ok https://a.example", null)]
    [InlineData("curl -k https://localhost:8443/health", null)]
    [InlineData("wget --no-check-certificate https://a.example", "--no-check-certificate")]
    [InlineData("npm config set strict-ssl false", "strict-ssl")]
    [InlineData("git -c http.sslVerify=false clone https://a.example", "http.sslVerify=false")]
    [InlineData("git config --global http.sslVerify true", null)]
    [InlineData("pip install --trusted-host pypi.example x", "--trusted-host")]
    [InlineData("python -m pip install x # --trusted-host", null)]
    [InlineData("echo curl -k", null)]
    public void Unchecked_Script_PointsAtTheSwitch(string script, string? expected)
    {
        var found = UnverifiedDownload.Unchecked(ShellScript.Parse(script)).Select(f => f.Switch.Text).ToArray();

        Assert.Equal(expected is null ? [] : [expected], found);
    }

    [Theory]
    [InlineData("$(", 300_000)]
    [InlineData("`", 500_000)]
    [InlineData("\"$(", 300_000)]
    [InlineData("${{ ", 250_000)]
    [InlineData("${", 500_000)]
    [InlineData("<<E\n", 250_000)]
    [InlineData("a | ", 250_000)]
    [InlineData("curl | ", 100_000)]
    [InlineData("sh -c 'sh -c ", 80_000)]
    [InlineData("sudo ", 200_000)]
    [InlineData("<(", 500_000)]
    [InlineData("'", 999_999)]
    [InlineData("\\", 999_999)]
    public void Parse_HostileRepetition_EndsInsideTheScript(string part, int count)
    {
        var script = string.Concat(Enumerable.Repeat(part, count));

        var commands = Watchdog.Ends(() =>
        {
            var read = ShellScript.Parse(script);
            foreach (var found in UnverifiedDownload.RunAtOnce(read).Take(1000)) Assert.NotNull(found.ToString());
            foreach (var found in UnverifiedDownload.Unchecked(read)) Assert.NotNull(found.ToString());
            return read;
        });

        Assert.All(commands, c => Assert.InRange(c.Span.End, 0, script.Length));
    }
}
