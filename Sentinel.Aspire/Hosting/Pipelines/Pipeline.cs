using System.Collections;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Pipelines;

public interface IDistributedApplicationPipeline
{
    void AddStep(string name, Func<PipelineStepContext, Task> action, object? dependsOn = null, object? requiredBy = null);

    void AddStep(PipelineStep step);

    Task ExecuteAsync(PipelineContext context);
}

public class PipelineStep
{
    public PipelineStep()
    {
    }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required Func<PipelineStepContext, Task> Action { get; init; }

    public List<string> DependsOnSteps { get; init; } = [];

    public List<string> RequiredBySteps { get; init; } = [];

    public List<string> Tags { get; init; } = [];

    public IResource? Resource { get; set; }

    public void DependsOn(string stepName) => DependsOnSteps.Add(stepName);

    public void DependsOn(PipelineStep step) => DependsOnSteps.Add(step.Name);

    public void RequiredBy(string stepName) => RequiredBySteps.Add(stepName);

    public void RequiredBy(PipelineStep step) => RequiredBySteps.Add(step.Name);
}

public sealed class PipelineContext(DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext, IServiceProvider serviceProvider, ILogger logger, CancellationToken cancellationToken)
{
    public DistributedApplicationModel Model { get; } = model;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    public IServiceProvider Services { get; } = serviceProvider;

    public ILogger Logger { get; } = logger;

    public CancellationToken CancellationToken { get; set; } = cancellationToken;
}

public sealed class PipelineStepContext
{
    public PipelineStepContext()
    {
    }

    public required PipelineContext PipelineContext { get; init; }

    public DistributedApplicationModel Model => PipelineContext.Model;

    public DistributedApplicationExecutionContext ExecutionContext => PipelineContext.ExecutionContext;

    public IServiceProvider Services => PipelineContext.Services;

    public ILogger Logger => PipelineContext.Logger;

    public CancellationToken CancellationToken => PipelineContext.CancellationToken;
}

/// <summary>Steps run one after another, each after what it depends on; only what the wanted step needs is run.</summary>
internal sealed class Pipeline : IDistributedApplicationPipeline
{
    // What other steps say they are required by.
    private const string Publish = "publish";

    private readonly List<PipelineStep> _steps = [new() { Name = Publish, Action = _ => Task.CompletedTask }];

    /// <summary>The step asked for with --step.</summary>
    public string Wanted { get; set; } = Publish;

    public void AddStep(string name, Func<PipelineStepContext, Task> action, object? dependsOn = null, object? requiredBy = null)
    {
        var step = new PipelineStep { Name = name, Action = action };
        step.DependsOnSteps.AddRange(Names(dependsOn));
        step.RequiredBySteps.AddRange(Names(requiredBy));
        AddStep(step);
    }

    public void AddStep(PipelineStep step)
    {
        if (_steps.Exists(s => s.Name == step.Name)) throw new InvalidOperationException($"There are two pipeline steps named '{step.Name}'.");
        _steps.Add(step);
    }

    public async Task ExecuteAsync(PipelineContext context)
    {
        var stepContext = new PipelineStepContext { PipelineContext = context };
        foreach (var step in InOrder())
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            await step.Action(stepContext).ConfigureAwait(false);
        }
    }

    internal IReadOnlyList<PipelineStep> InOrder()
    {
        var ordered = new List<PipelineStep>();
        var state = new Dictionary<string, bool>(StringComparer.Ordinal);
        Visit(Find(Wanted, "--step"), ordered, state);
        return ordered;
    }

    private void Visit(PipelineStep step, List<PipelineStep> ordered, Dictionary<string, bool> state)
    {
        if (state.TryGetValue(step.Name, out var done))
        {
            if (!done) throw new InvalidOperationException($"The pipeline step '{step.Name}' depends on itself.");
            return;
        }

        state[step.Name] = false;
        foreach (var name in step.DependsOnSteps) Visit(Find(name, step.Name), ordered, state);
        foreach (var needed in _steps.Where(s => s.RequiredBySteps.Contains(step.Name, StringComparer.Ordinal))) Visit(needed, ordered, state);
        state[step.Name] = true;
        ordered.Add(step);
    }

    private PipelineStep Find(string name, string wantedBy) =>
        _steps.Find(s => s.Name == name) ?? throw new InvalidOperationException($"There is no pipeline step '{name}', which {wantedBy} names.");

    private static IEnumerable<string> Names(object? value) => value switch
    {
        null => [],
        string name => [name],
        PipelineStep step => [step.Name],
        IEnumerable many => many.Cast<object>().SelectMany(Names),
        _ => throw new ArgumentException($"A pipeline step is named by a string or a step, not by {value.GetType().Name}.", nameof(value)),
    };
}
