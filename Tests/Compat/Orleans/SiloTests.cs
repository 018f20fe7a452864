using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public sealed class SiloTests
{
    [Fact]
    public async Task A_killed_silo_fails_the_calls_of_other_silos_and_leaves_those_of_clients_to_time_out()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 2);
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ILifeGrain>(key);
        var first = await grain.Activation().Within("the first call");
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));
        var host = cluster.GetSiloForAddress(context.Address.SiloAddress!)!;
        var other = cluster.Silos.Single(silo => !ReferenceEquals(silo, host));
        var ofTheOther = other.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<ILifeGrain>(key);
        await ofTheOther.Activation().Within("the first call of the other silo");
        var ofTheClient = grain.HoldForTwoSeconds();
        await Gate.Of(key).Entered.Within("the held call to start");
        var pending = ofTheOther.Activation();

        await cluster.KillSiloAsync(host).Within("the kill");

        await Assert.ThrowsAsync<SiloUnavailableException>(() => pending.Within("the other silo's call to the killed one"));
        Assert.NotEqual(first, await grain.Activation().Within("the call of the new activation"));
        Assert.Equal(cluster.Silos.Single().SiloAddress.ToString(), await grain.Where());
        await Assert.ThrowsAsync<TimeoutException>(() => ofTheClient.Within("the client's call to the killed silo"));
        Assert.False(context.Deactivated.IsCompleted);
        Assert.DoesNotContain(Gate.Of(key).Events, e => e.StartsWith("deactivated", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_knows_only_killed_gateways_fails_a_call_before_it_looks_for_others()
    {
        await using var cluster = await TestClusters.StartAsync();
        await cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey()).Activation().Within("the first call");
        await cluster.KillSiloAsync(cluster.Silos[0]).Within("the kill");
        await cluster.StartAdditionalSiloAsync().Within("another silo");

        await Assert.ThrowsAsync<ConnectionFailedException>(
            () => cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey()).Activation().Within("the call through the killed gateway"));

        await cluster.WaitForLivenessToStabilizeAsync().Within("the client's knowledge of the new silo");
        await cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey()).Activation().Within("a later call");
    }

    [Fact]
    public async Task What_a_killed_silo_sends_fails()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 2);
        var factory = cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();
        var grain = factory.GetGrain<ILifeGrain>(TestClusters.NewKey());
        await grain.Activation().Within("the first call");

        await cluster.KillSiloAsync(cluster.Silos[0]).Within("the kill");

        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Activation().Within("a call from a dead silo"));
    }

    [Fact]
    public async Task A_graceful_stop_deactivates_grains_between_the_services_above_and_below_them()
    {
        var key = TestClusters.NewKey();
        var events = Gate.Of(key).Events;
        await using var cluster = await TestClusters.StartAsync(configure: silo => silo.Services
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new StageRecorder(events.Enqueue)));
        var grain = cluster.Client.GetGrain<ILifeGrain>(key);
        await grain.Activation().Within("the first call");
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));

        await cluster.StopSiloAsync(cluster.Silos[0]).Within("the stop");

        await context.Deactivated.Within("the deactivation");
        Assert.Equal(
            [
                "start 2000", "start 10000", "start 20000", "activating", "activated", "called",
                "stop 20000", "deactivated: ShuttingDown", "stop 10000", "stop 2000",
            ],
            events);
    }

    [Fact]
    public async Task A_grain_moves_to_another_silo_when_its_own_stops()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 2);
        var grain = cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey());
        var where = await grain.Where().Within("the first call");

        await cluster.StopSiloAsync(cluster.Silos.Single(s => s.SiloAddress.ToString() == where)).Within("the stop");

        Assert.Equal(cluster.Silos.Single().SiloAddress.ToString(), await grain.Where().Within("the call after the stop"));
    }

    [Fact]
    public async Task The_management_grain_tells_hosts_and_where_grains_are()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 2);
        var management = cluster.Client.GetGrain<IManagementGrain>(0);
        var grain = cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey());

        Assert.Null(await management.GetActivationAddress(grain));
        var where = await grain.Where().Within("the first call");
        Assert.Equal(where, (await management.GetActivationAddress(grain))!.ToString());
        var killed = cluster.Silos[1];
        await cluster.KillSiloAsync(killed).Within("the kill");
        await cluster.WaitForLivenessToStabilizeAsync().Within("the other silo's knowledge of the kill");

        var hosts = await management.GetHosts().Within("the hosts");
        Assert.Equal(SiloStatus.Active, hosts[cluster.Silos[0].SiloAddress]);
        Assert.Equal(SiloStatus.Dead, hosts[killed.SiloAddress]);
        Assert.Equal([cluster.Silos[0].SiloAddress], (await management.GetHosts(onlyActive: true)).Keys);
    }

    [Fact]
    public async Task A_restarted_silo_has_a_new_address_and_takes_grains()
    {
        await using var cluster = await TestClusters.StartAsync();
        var before = cluster.Silos[0].SiloAddress;

        var restarted = await cluster.RestartSiloAsync(cluster.Silos[0]).Within("the restart");
        await cluster.WaitForLivenessToStabilizeAsync().Within("the client's knowledge of the new silo");

        Assert.NotEqual(before, restarted!.SiloAddress);
        Assert.Equal(restarted.SiloAddress.ToString(), await cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey()).Where().Within("a call"));
    }

    [Fact]
    public async Task Startup_tasks_run_when_the_silo_can_call_grains()
    {
        var key = TestClusters.NewKey();
        await using var cluster = await TestClusters.StartAsync(configure: silo => silo.AddStartupTask(async (services, _) =>
            await services.GetRequiredService<IGrainFactory>().GetGrain<ILifeGrain>(key).Activation()));

        Assert.Equal(["activating", "activated", "called"], Gate.Of(key).Events);
    }

    private sealed class StageRecorder(Action<string> record) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle)
        {
            foreach (var stage in new[] { ServiceLifecycleStage.Active, ServiceLifecycleStage.RuntimeInitialize, ServiceLifecycleStage.ApplicationServices })
            {
                lifecycle.Subscribe("recorder", stage, new Observer(record, stage));
            }
        }

        private sealed class Observer(Action<string> record, int stage) : ILifecycleObserver
        {
            public Task OnStart(CancellationToken cancellationToken = default)
            {
                record($"start {stage}");
                return Task.CompletedTask;
            }

            public Task OnStop(CancellationToken cancellationToken = default)
            {
                record($"stop {stage}");
                return Task.CompletedTask;
            }
        }
    }
}
