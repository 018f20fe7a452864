using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Exchange.Simulator;

/// <summary>A bare web server on one loopback port: no routing, no logging, one handler.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LoopbackListener(WebApplication application, Uri uri)
    {
        _application = application;
        Uri = uri;
    }

    public Uri Uri { get; }

    public static async Task<LoopbackListener> StartAsync(int port, RequestDelegate handle, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // A slow reader is the venue's own business: its send queue is bounded.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var application = builder.Build();
        application.Run(async http =>
        {
            try
            {
                await handle(http);
            }
            catch (Exception defect) when (!http.RequestAborted.IsCancellationRequested)
            {
                // A mistake of the simulator's: to be seen, not to be taken for the venue's behaviour.
                await Console.Error.WriteLineAsync($"simulator: {http.Request.Method} {http.Request.Path}: {defect}");
                throw;
            }
        });
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (IOException inUse)
        {
            await application.DisposeAsync();
            throw new IOException($"port {port} on 127.0.0.1 cannot be had: {inUse.Message}", inUse);
        }

        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new LoopbackListener(application, new Uri(address));
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
