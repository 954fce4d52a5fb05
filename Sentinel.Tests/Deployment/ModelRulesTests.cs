using Sentinel.Deployment.Model;

namespace Sentinel.Tests.Deployment;

/// <summary>A model that no target could deploy is refused, with everything that is wrong with it.</summary>
public sealed class ModelRulesTests
{
    [Fact]
    public async Task Check_TheAppHostsModel_HasNoFault() => Assert.Empty(ModelRules.Check(await AppModel.GetAsync()));

    [Fact]
    public async Task Check_FaultsOfEveryKind_AreAllNamed()
    {
        var model = await AppModel.GetAsync();
        var (api, web, worker) = (model.Service("api"), model.Service("web"), model.Service("worker"));
        var broken = model with
        {
            Stores = [model.Stores[0] with { Password = "", Database = "" }],
            Secrets = [.. model.Secrets.Where(s => s.Name != "github-webhook-secret")],
            Services =
            [
                api with { WaitsFor = [new("web", false)], Port = 8080, GraceSeconds = 500 },
                web with { WaitsFor = [new("api", false), new("absent", true)], Variables = [new("X", new ServiceAddress("nobody"))] },
                worker with { Name = "Wörker", Scale = new(3, 2, 0), Port = 0, Resources = new(2000, 1000, 0) },
            ],
        };

        var faults = ModelRules.Check(broken).ToArray();

        string[] expected =
        [
            "Wörker: a name must be a DNS label", "stores of the kind", "has no password", "has no database", "api and web listen on the same port 8080", "api -> web -> api",
            "it waits for 'absent'", "it refers to 'nobody'", "the secret 'github-webhook-secret'", "3 to 2 replicas", "must be at least 1", "its resources", "its grace period", "it has no port",
        ];
        Assert.All(expected, e => Assert.Contains(faults, f => f.Contains(e, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Read_AppHost_KnowsEachServicesPart()
    {
        var model = await AppModel.GetAsync();

        Assert.Equal(["ai-service", "api", "migrations", "web", "worker"], model.Services.Select(s => s.Name).Order());
        Assert.Equal(["api", "web"], model.Services.Where(s => s.Public).Select(s => s.Name).Order());
        Assert.Equal(3001, model.Service("api").Port);
        Assert.Equal(ServiceKind.Worker, model.Service("worker").Kind);
        Assert.Equal(["postgres", "redis"], model.Service("worker").Stores.Order());
        Assert.Equal(["ai-service"], model.Service("api").Calls);
        Assert.Equal(["--migrate"], model.Service("migrations").Arguments);
        Assert.True(model.Secrets.Single(s => s.Name == "github-webhook-secret").Required);
        Assert.False(model.Secrets.Single(s => s.Name == "api-key").Required);
        // Nobody reads a value: what is read are names.
        Assert.DoesNotContain(model.Services.SelectMany(s => s.Variables), v => v.Value is LiteralValue && v.Name.Contains("SECRET", StringComparison.Ordinal));
    }
}
