using System.Collections.Frozen;
using Octokit.Webhooks;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>The actions of an event that the library has a type for.</summary>
internal static class ActionNames<TEvent>
    where TEvent : WebhookEvent
{
    // The attribute that maps an action to its type is not public, its data is.
    public static FrozenSet<string> Known { get; } = typeof(TEvent).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(TEvent)))
        .SelectMany(type => type.GetCustomAttributesData())
        .Where(attribute => attribute.AttributeType.Name == "WebhookActionTypeAttribute")
        .Select(attribute => attribute.ConstructorArguments[0].Value)
        .OfType<string>()
        .ToFrozenSet(StringComparer.Ordinal);
}
