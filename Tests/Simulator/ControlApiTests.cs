using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class ControlApiTests : SimulatorTest
{
    [Fact]
    public async Task A_fault_is_set_listed_and_deleted()
    {
        var (status, fault) = await SendAsync(HttpMethod.Post, "/faults",
            """{"venue":"binance","connection":"public","kind":"lose_frame","stream":"btcusdt@depth@100ms","after":2,"count":3}""");
        Assert.Equal(201, status);
        Assert.Equal("lose_frame", fault["kind"]!.GetValue<string>());
        Assert.Equal((0, 0), (fault["seen"]!.GetValue<int>(), fault["fired"]!.GetValue<int>()));
        await SendAsync(HttpMethod.Post, "/faults", """{"kind":"silence","count":0}""");

        var (_, listed) = await SendAsync(HttpMethod.Get, "/faults");
        Assert.Equal(2, listed.AsArray().Count);
        Assert.Equal(200, (await SendAsync(HttpMethod.Delete, $"/faults/{fault["id"]}")).Status);
        Assert.Equal(404, (await SendAsync(HttpMethod.Delete, $"/faults/{fault["id"]}")).Status);
        Assert.Equal("silence", (await SendAsync(HttpMethod.Get, "/faults")).Body[0]!["kind"]!.GetValue<string>());
        Assert.Empty((await SendAsync(HttpMethod.Delete, "/faults")).Body.AsArray());
    }

    [Theory]
    [InlineData("""{"kind":"sabotage"}""", "lose_frame")]
    [InlineData("""{"kind":"lose_frame","afetr":1}""", "afetr")]
    [InlineData("""{"connection":"public"}""", "kind")]
    [InlineData("""{"kind":"lose_frame","venue":"kraken"}""", "binance")]
    [InlineData("""{"kind":"delist","symbol":"NOPE"}""", "BTCUSDT")]
    [InlineData("not json", "Kinds of fault")]
    public async Task A_fault_that_cannot_be_is_refused_with_the_reason(string body, string told)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, "/faults", body);
        Assert.Equal(400, status);
        Assert.Contains(told, answer["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty((await SendAsync(HttpMethod.Get, "/faults")).Body.AsArray());
    }

    [Fact]
    public async Task State_tells_connections_books_and_faults()
    {
        await StreamAsync("/public/ws", "btcusdt@depth@100ms");
        StepAndPublish();
        await SendAsync(HttpMethod.Post, "/faults", """{"kind":"lose_frame"}""");
        var (_, state) = await SendAsync(HttpMethod.Get, "/state");
        var connection = state["venues"]!["binance"]!["connections"]!.AsArray().Single()!;
        Assert.Equal("public", connection["route"]!.GetValue<string>());
        Assert.Equal("btcusdt@depth@100ms", connection["subscriptions"]![0]!.GetValue<string>());
        Assert.Null(connection["ended"]);
        var book = state["venues"]!["binance"]!["books"]![0]!;
        var truth = TrueBook("BTCUSDT");
        Assert.Equal(truth.LastUpdateId, book["last_update_id"]!.GetValue<long>());
        Assert.Equal(truth.Bids[0].Price, book["bid"]![0]!.GetValue<string>());
        Assert.Single(state["faults"]!.AsArray());
    }

    [Fact]
    public async Task The_whole_book_can_be_had()
    {
        Host.Step(100);
        var (_, book) = await SendAsync(HttpMethod.Get, "/state/book?symbol=ETHUSDT");
        var truth = TrueBook("ETHUSDT");
        Assert.Equal(Levels(truth.Bids), Levels(book["bids"]));
        Assert.Equal(Levels(truth.Asks), Levels(book["asks"]));
        Assert.Equal(404, (await SendAsync(HttpMethod.Get, "/state/book?symbol=NOPE")).Status);
    }

    [Fact]
    public async Task The_clock_is_skewed_and_moved()
    {
        var (_, clock) = await SendAsync(HttpMethod.Post, "/clock", """{"offset_ms":-1500,"advance_ms":60000}""");
        Assert.Equal(FrozenTime.Start.AddMinutes(1).ToUnixTimeMilliseconds(), clock["session_time_ms"]!.GetValue<long>());
        Assert.Equal(FrozenTime.Start.AddMinutes(1).AddSeconds(-1.5).ToUnixTimeMilliseconds(), clock["venue_time_ms"]!.GetValue<long>());
    }

    [Fact]
    public async Task The_market_is_stepped()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@depth@100ms");
        await SendAsync(HttpMethod.Post, "/step", """{"decisions":40,"advance_ms":100}""");
        Assert.Equal("depthUpdate", (await socket.ReceiveAsync("delta"))["e"]!.GetValue<string>());
    }

    private async Task<(int Status, JsonNode Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var control = new HttpClient { BaseAddress = Host.ControlUri };
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body);
        }

        using var response = await control.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!);
    }
}
