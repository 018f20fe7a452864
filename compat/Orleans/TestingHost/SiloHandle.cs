using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    public short InstanceNumber { get; set; }

    public string Name { get; set; } = null!;

    public SiloAddress SiloAddress { get; set; } = null!;

    public SiloAddress? GatewayAddress { get; set; }

    public abstract bool IsActive { get; }

    public abstract Task StopSiloAsync(bool stopGracefully);

    public abstract Task StopSiloAsync(CancellationToken ct);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    public abstract ValueTask DisposeAsync();

    public override string ToString() => SiloAddress.ToString();

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A silo of an <see cref="InProcessTestCluster"/>.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private int _disposed;
    private bool _isActive = true;

    public IHost SiloHost { get; init; } = null!;

    public IServiceProvider ServiceProvider => SiloHost.Services;

    public override bool IsActive => _isActive;

    /// <summary>Stops the silo; not gracefully means as if its process had been killed.</summary>
    public override async Task StopSiloAsync(bool stopGracefully)
    {
        if (!stopGracefully && IsActive)
        {
            SiloHost.Services.GetRequiredService<Silo>().Kill();
        }

        await StopSiloAsync(new CancellationToken(canceled: !stopGracefully));
    }

    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (!IsActive)
        {
            return;
        }

        try
        {
            await Task.Run(() => SiloHost.StopAsync(ct), CancellationToken.None);
        }
        catch (Exception exception) when (ct.IsCancellationRequested && IsCancellation(exception))
        {
            // Asked for: a silo that is killed does not wait for its services.
        }
        finally
        {
            _isActive = false;
        }
    }

    private static bool IsCancellation(Exception exception) => exception is OperationCanceledException
        || (exception is AggregateException all && all.Flatten().InnerExceptions.All(e => e is OperationCanceledException));

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            await StopSiloAsync(true);
        }
        finally
        {
            if (SiloHost is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
            else
            {
                SiloHost.Dispose();
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
