namespace Sentinel.Tests.Scanning.Fixes;

/// <summary>What Dockerfile rules propose, and where they know better than to propose anything.</summary>
public sealed class DockerfileFixTests
{
    [Theory]
    [InlineData("dockerfile-exposed-ssh", "EXPOSE 22\nRUN make", "RUN make")]
    [InlineData("dockerfile-exposed-ssh", "EXPOSE 80 22/tcp 443\nRUN make", "EXPOSE 80 443\nRUN make")]
    [InlineData("dockerfile-exposed-ssh", "EXPOSE 22 80", "EXPOSE 80")]
    [InlineData("dockerfile-world-writable", "RUN mkdir /a && chmod -R 777 /a", "RUN mkdir /a && chmod -R 775 /a")]
    [InlineData("dockerfile-world-writable", "RUN chmod a+rwx /a", "RUN chmod ug+rwx,o+rx /a")]
    [InlineData("dockerfile-world-writable", "RUN chmod o+w /a", "RUN chmod o-w /a")]
    [InlineData("dockerfile-world-writable", "RUN chmod 777 /tmp", null)]
    [InlineData("dockerfile-world-writable", "RUN chmod 777 /a\nUSER app", null)]
    [InlineData("dockerfile-disabled-verification", "RUN curl -kLokubectl https://a.acme.io/kubectl", null)]
    [InlineData("dockerfile-sudo", "RUN cat apt.txt && pip install x\nRUN sudo make install", null)]
    [InlineData("dockerfile-sudo", "USER root\nRUN su app -c \"cd x && sudo make install\"", null)]
    [InlineData("dockerfile-disabled-verification", "RUN curl -fsSLk https://a.acme.io/x -o x", "RUN curl -fsSL https://a.acme.io/x -o x")]
    [InlineData("dockerfile-disabled-verification", "RUN curl -k https://a.acme.io/x -o x", "RUN curl https://a.acme.io/x -o x")]
    [InlineData("dockerfile-disabled-verification", "RUN curl -o x --insecure https://a.acme.io/x", "RUN curl -o x https://a.acme.io/x")]
    [InlineData("dockerfile-disabled-verification", "RUN wget --no-check-certificate https://a.acme.io/x", "RUN wget https://a.acme.io/x")]
    [InlineData("dockerfile-disabled-verification", "RUN npm config set strict-ssl false", "RUN npm config set strict-ssl true")]
    [InlineData("dockerfile-disabled-verification", "RUN apt-get install -y --allow-unauthenticated foo", "RUN apt-get install -y foo")]
    [InlineData("dockerfile-disabled-verification", "RUN GIT_SSL_NO_VERIFY=1 git clone https://a.acme.io/x", null)]
    [InlineData("dockerfile-disabled-verification", "RUN pip install --trusted-host a.acme.io foo", null)]
    [InlineData("dockerfile-disabled-verification", "RUN curl -k --insecure https://a.acme.io/x", null)]
    [InlineData("dockerfile-sudo", "USER root\nRUN sudo apt-get update", "USER root\nRUN apt-get update")]
    [InlineData("dockerfile-sudo", "RUN apt-get install -y make\nRUN make && sudo make install", "RUN apt-get install -y make\nRUN make && make install")]
    [InlineData("dockerfile-sudo", "RUN sudo make install", null)]
    [InlineData("dockerfile-sudo", "RUN apt-get install -y make\nUSER build\nRUN sudo make install", null)]
    public async Task Rule_ChangesTheInstruction(string rule, string instructions, string? expected)
    {
        var before = $"FROM debian:12@sha256:{new string('a', 64)}\n{instructions}\n";

        var finding = (await FixBench.ScanAsync("Dockerfile", before)).First(f => f.RuleId == rule);

        Assert.Equal(expected is null ? null : before.Replace(instructions, expected, StringComparison.Ordinal), finding.Fix is { } fix ? FixBench.Apply(fix, before) : null);
    }
}
