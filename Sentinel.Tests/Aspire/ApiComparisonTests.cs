using System.Reflection;
using System.Runtime.CompilerServices;
using Aspire.Hosting;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Aspire;

/// <summary>Every public member that Sentinel.Aspire has in Aspire's namespaces is a member of the real one, sign for sign.</summary>
public sealed class ApiComparisonTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Fact]
    public void PublicApi_EveryMember_IsAspires()
    {
        var real = File.ReadLines(SharedFiles.Require("docs", "aspire-api-13.6.txt")).ToHashSet(StringComparer.Ordinal);

        var foreign = typeof(DistributedApplication).Assembly.GetExportedTypes()
            .Where(t => t.Namespace?.StartsWith("Aspire.", StringComparison.Ordinal) == true)
            .SelectMany(Members).Where(m => !real.Contains(m)).Order(StringComparer.Ordinal);

        Assert.Equal([], foreign);
    }

    [Fact]
    public void PublicApi_OwnTypes_AreNotInAspiresNamespaces() =>
        Assert.All(
            typeof(DistributedApplication).Assembly.GetExportedTypes(),
            t => Assert.Matches("^(Aspire\\.Hosting|Sentinel\\.Aspire)(\\.|$)", t.Namespace!));

    private static IEnumerable<string> Members(Type type)
    {
        var owner = $"{type.Namespace}.{Name(type)}";
        yield return $"{owner}|type|{Kind(type)} : {string.Join(", ", Bases(type))}";
        foreach (var c in type.GetConstructors(Declared)) yield return $"{owner}|ctor|({Parameters(c)})";
        foreach (var p in type.GetProperties(Declared))
            yield return $"{owner}|property|{Name(p.PropertyType)} {p.Name} {{{(p.GetMethod?.IsPublic == true ? " get;" : "")}{(p.SetMethod?.IsPublic == true ? " set;" : "")} }}";
        foreach (var f in type.GetFields(Declared).Where(f => !f.IsSpecialName)) yield return $"{owner}|field|{(f.IsLiteral ? "const " : "")}{Name(f.FieldType)} {f.Name}";
        foreach (var e in type.GetEvents(Declared)) yield return $"{owner}|event|{Name(e.EventHandlerType!)} {e.Name}";
        foreach (var m in type.GetMethods(Declared).Where(m => !m.IsSpecialName))
        {
            var arguments = m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(a => a.Name))}>" : "";
            yield return $"{owner}|method|{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}{arguments}({Parameters(m)}){Constraints(m)}";
        }
    }

    private static string Kind(Type t) =>
        typeof(Delegate).IsAssignableFrom(t) ? "delegate"
        : t.IsEnum ? "enum"
        : t.IsInterface ? "interface"
        : t.IsValueType ? "struct"
        : (t.IsAbstract, t.IsSealed) switch
        {
            (true, true) => "static class",
            (true, false) => "abstract class",
            (false, true) => "sealed class",
            _ => "class",
        };

    private static IEnumerable<string> Bases(Type t)
    {
        var bases = t.GetInterfaces().Select(Name).Order(StringComparer.Ordinal);
        return t.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum) ? bases.Prepend(Name(b)) : bases;
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((p, i) =>
        (i == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")
        + (p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
        + (p.IsOut ? "out " : p.IsIn ? "in " : p.ParameterType.IsByRef ? "ref " : "")
        + $"{Name(p.ParameterType)} {p.Name}" + (p.HasDefaultValue ? " = " + Default(p) : "")));

    private static string Default(ParameterInfo p) => p.DefaultValue switch
    {
        null => p.ParameterType.IsValueType && Nullable.GetUnderlyingType(p.ParameterType) is null ? "default" : "null",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        var value => value.ToString()!,
    };

    private static string Constraints(MethodInfo m) => string.Concat((m.IsGenericMethod ? m.GetGenericArguments() : []).Select(a =>
    {
        List<string> all = [.. a.GetGenericParameterConstraints().Select(Name)];
        if (a.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) all.Insert(0, "class");
        if (a.GenericParameterAttributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)) all.Add("new()");
        return all.Count > 0 ? $" where {a.Name} : {string.Join(", ", all)}" : "";
    }));

    private static string Name(Type t)
    {
        if (t.IsByRef) return Name(t.GetElementType()!);
        if (t.IsArray) return Name(t.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(t) is { } underlying) return Name(underlying) + "?";
        var simple = t.IsGenericType ? t.Name.Split('`')[0] : t.Name;
        if (t.IsNested && !t.IsGenericParameter) simple = Name(t.DeclaringType!).Split('<')[0] + "." + simple;
        if (t.IsGenericType) return $"{simple}<{string.Join(", ", t.GetGenericArguments().Select(Name))}>";
        return t.FullName switch
        {
            "System.String" => "string",
            "System.Int32" => "int",
            "System.Boolean" => "bool",
            "System.Object" => "object",
            "System.Void" => "void",
            "System.Int64" => "long",
            "System.Double" => "double",
            "System.Byte" => "byte",
            _ => simple,
        };
    }
}
