using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Sentinel.Web.Security;

namespace Sentinel.Tests.Web.Security;

public sealed class LocalSignInRuleTests
{
    [Theory]
    [InlineData("127.0.0.1", "localhost")]
    [InlineData("::1", "[::1]")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1")]
    public void Obstacles_DeveloperAtTheMachine_None(string peer, string host) => Assert.Empty(Obstacles(peer, host));

    [Theory]
    [InlineData("192.0.2.7", "localhost")]
    [InlineData(null, "localhost")]
    [InlineData("127.0.0.1", "sentinel.example")]
    [InlineData("127.0.0.1", "localhost.evil.example")]
    [InlineData("127.0.0.1", "")]
    public void Obstacles_StrangerOrOtherHost_Refuse(string? peer, string host) => Assert.Single(Obstacles(peer, host));

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-host")]
    [InlineData("Forwarded")]
    [InlineData("Via")]
    [InlineData("X-Original-For")]
    public void Obstacles_Proxy_Refuses(string header) => Assert.Single(Obstacles("127.0.0.1", "localhost", header));

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public void Obstacles_OutsideDevelopment_Refuse(string environment) => Assert.Single(Obstacles("127.0.0.1", "localhost", null, environment));

    private static IReadOnlyList<string> Obstacles(string? peer, string host, string? header = null, string environment = "Development")
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer);
        context.Request.Host = new HostString(host, 8080);
        if (host.Length == 0)
            context.Request.Host = default;
        if (header is not null)
            context.Request.Headers[header] = "127.0.0.1";
        return LocalSignInRule.Obstacles(context, new Environments(environment));
    }

    private sealed class Environments(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;
        public string ApplicationName { get; set; } = "Sentinel.Web";
        public string ContentRootPath { get; set; } = "/";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
