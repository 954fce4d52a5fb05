using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Sentinel.Tests.Aspire;

public sealed class ExpressionTests
{
    [Fact]
    public async Task ReferenceExpression_WithHoles_HasValueAndManifestForm()
    {
        var user = new ParameterResource("user", _ => "ann");
        var expression = ReferenceExpression.Create($"Host={{x}};User={user};{"literal{}"}");

        Assert.Equal("Host={x};User=ann;literal{}", await expression.GetValueAsync(TestContext.Current.CancellationToken));
        Assert.Equal("Host={x};User={user.value};literal{}", expression.ValueExpression);
    }

    [Fact]
    public async Task ReferenceExpression_UriFormat_Escapes()
    {
        var password = new ParameterResource("password", _ => "p@ss/word");

        Assert.Equal("p%40ss%2Fword", await ReferenceExpression.Create($"{password:uri}").GetValueAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Endpoint_BeforeAndAfterAllocation_TellsItsAddress()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        var tool = builder.AddExecutable("tool", "true", ".").WithHttpEndpoint(name: "http");
        var endpoint = tool.GetEndpoint("http");

        Assert.True(endpoint.Exists);
        Assert.Throws<InvalidOperationException>(() => endpoint.Url);
        var annotation = tool.Resource.Annotations.OfType<EndpointAnnotation>().Single();
        annotation.AllocatedEndpoint = new AllocatedEndpoint(annotation, "localhost", 1234);

        Assert.Equal("http://localhost:1234", await endpoint.GetValueAsync(TestContext.Current.CancellationToken));
        Assert.Equal("1234", await endpoint.Property(EndpointProperty.Port).GetValueAsync(TestContext.Current.CancellationToken));
        Assert.Equal("{tool.bindings.http.port}", endpoint.Property(EndpointProperty.Port).ValueExpression);
        Assert.Equal(ProtocolType.Tcp, annotation.Protocol);
    }

    [Fact]
    public async Task Database_ConnectionString_NamesServerUserAndDatabase()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        var password = builder.AddParameter("secret", "hunter2", secret: true);
        var database = builder.AddPostgres("pg", password: password, port: 5433).AddDatabase("db", "shop");
        var annotation = database.Resource.Parent.Annotations.OfType<EndpointAnnotation>().Single();
        annotation.AllocatedEndpoint = new AllocatedEndpoint(annotation, "127.0.0.1", 5433);

        var text = await ((IResourceWithConnectionString)database.Resource).GetConnectionStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("Host=127.0.0.1;Port=5433;Username=postgres;Password=hunter2;Database=shop", text);
    }

    [Fact]
    public void AddResource_SameNameTwice_IsRefused()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddParameter("one", "1");

        Assert.Throws<DistributedApplicationException>(() => builder.AddParameter("ONE", "2"));
    }

    [Fact]
    public void Parameter_WithoutValue_NamesItsKey()
    {
        var builder = DistributedApplicationTestingBuilder.Create();

        var error = Assert.Throws<MissingParameterValueException>(() => builder.AddParameter("token", secret: true).Resource.Value);

        Assert.Contains("Parameters__token", error.Message, StringComparison.Ordinal);
    }
}
