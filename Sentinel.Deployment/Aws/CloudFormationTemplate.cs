using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>A template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html.</summary>
internal sealed class CloudFormationTemplate(string description)
{
    private readonly JsonObject _parameters = [];
    private readonly JsonObject _resources = [];
    private readonly JsonObject _outputs = [];

    /// <param name="fallback">Null: it must be given.</param>
    public void Parameter(string name, string purpose, string? fallback = null, string? pattern = null, string type = "String")
    {
        var parameter = new JsonObject { ["Type"] = type, ["Description"] = purpose };
        if (fallback is not null) parameter["Default"] = fallback;
        if (pattern is not null) parameter["AllowedPattern"] = pattern;
        _parameters[name] = parameter;
    }

    /// <summary>Adds a resource; what it is given beside its properties (DependsOn, DeletionPolicy …) comes before them.</summary>
    public void Resource(string id, string type, JsonObject properties, JsonObject? attributes = null)
    {
        var resource = new JsonObject { ["Type"] = type };
        foreach (var (key, value) in attributes ?? []) resource[key] = value?.DeepClone();
        if (properties.Count > 0) resource["Properties"] = properties;
        _resources.Add(id, resource);
    }

    /// <summary>What another stack, or a person, needs to know.</summary>
    public void Output(string name, JsonNode value, string purpose) =>
        _outputs[name] = new JsonObject { ["Description"] = purpose, ["Value"] = value, ["Export"] = new JsonObject { ["Name"] = Sub($"${{AWS::StackName}}-{name}") } };

    public GeneratedFile ToFile(string path)
    {
        var template = new JsonObject { ["AWSTemplateFormatVersion"] = "2010-09-09", ["Description"] = description };
        if (_parameters.Count > 0) template["Parameters"] = _parameters;
        template["Resources"] = _resources;
        if (_outputs.Count > 0) template["Outputs"] = _outputs;
        return new GeneratedFile(path, ManifestYaml.Write(GeneratedFile.Notice, template));
    }

    public static JsonObject Ref(string id) => new() { ["Ref"] = id };

    public static JsonObject Attribute(string id, string attribute) => new() { ["Fn::GetAtt"] = List(id, attribute) };

    public static JsonObject Sub(string text) => new() { ["Fn::Sub"] = text };

    /// <summary>An output of the stack that a parameter names.</summary>
    public static JsonObject Import(string parameter, string output) => new() { ["Fn::ImportValue"] = Sub($"${{{parameter}}}-{output}") };

    /// <summary>A policy of one or more statements.</summary>
    public static JsonObject Policy(params IEnumerable<JsonNode?> statements) => new() { ["Version"] = "2012-10-17", ["Statement"] = Items(statements) };

    public static JsonObject Allow(IEnumerable<string> actions, JsonNode resources, JsonObject? principal = null, JsonObject? condition = null)
    {
        var statement = new JsonObject { ["Effect"] = "Allow" };
        if (principal is not null) statement["Principal"] = principal;
        statement["Action"] = List(actions);
        statement["Resource"] = resources;
        if (condition is not null) statement["Condition"] = condition;
        return statement;
    }

    /// <summary>Who may take a role on: a service of AWS, on behalf of this account only.</summary>
    public static JsonObject AssumedBy(string service) => new()
    {
        ["Version"] = "2012-10-17",
        ["Statement"] = Items(new JsonObject
        {
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["Service"] = service },
            ["Action"] = List("sts:AssumeRole"),
            ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["aws:SourceAccount"] = Ref("AWS::AccountId") } },
        }),
    };

    /// <summary>AiService of ai-service.</summary>
    public static string Id(string name) => string.Concat(name.Split('-').Select(p => char.ToUpperInvariant(p[0]) + p[1..]));
}
