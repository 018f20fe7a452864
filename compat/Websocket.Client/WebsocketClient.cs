using System.Net.WebSockets;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IO;
using Websocket.Client.Exceptions;

namespace Websocket.Client;

/// <inheritdoc cref="IWebsocketClient" />
public partial class WebsocketClient : IWebsocketClient
{
    private static readonly Lazy<RecyclableMemoryStreamManager> _sharedStreams = new();

    private readonly ILogger<WebsocketClient> _logger;
    private readonly Func<Uri, CancellationToken, Task<WebSocket>> _connect;
    private readonly RecyclableMemoryStreamManager _streams;
    private readonly Subject<ResponseMessage> _messages = new();
    private readonly Subject<ReconnectionInfo> _reconnections = new();
    private readonly Subject<DisconnectionInfo> _disconnections = new();

    // Held by each send and by each reconnection, so that none writes to a socket that is being replaced.
    private readonly SemaphoreSlim _lock = new(1, 1);

    private Uri _url;
    private volatile WebSocket? _client;
    private volatile bool _disposing;
    private volatile bool _reconnecting;
    private volatile bool _stopping;
    private bool _isReconnectionEnabled = true;

    /// <summary>Creates a client. The factory makes each socket and may set its options.</summary>
    public WebsocketClient(
        Uri url,
        Func<ClientWebSocket>? clientFactory = null,
        RecyclableMemoryStreamManager? memoryStreamManager = null)
        : this(url, null, ConnectBy(clientFactory), memoryStreamManager)
    {
    }

    /// <summary>Creates a client that writes to a log. The factory makes each socket and may set its options.</summary>
    public WebsocketClient(
        Uri url,
        ILogger<WebsocketClient>? logger,
        Func<ClientWebSocket>? clientFactory = null,
        RecyclableMemoryStreamManager? memoryStreamManager = null)
        : this(url, logger, ConnectBy(clientFactory), memoryStreamManager)
    {
    }

    /// <summary>Creates a client whose factory makes each socket and connects it.</summary>
    public WebsocketClient(
        Uri url,
        ILogger<WebsocketClient>? logger,
        Func<Uri, CancellationToken, Task<WebSocket>>? connectionFactory,
        RecyclableMemoryStreamManager? memoryStreamManager = null)
    {
        RequireInput(url, nameof(url));
        _url = url;
        _logger = logger ?? NullLogger<WebsocketClient>.Instance;
        _connect = connectionFactory ?? ConnectBy(null);
        _streams = memoryStreamManager ?? _sharedStreams.Value;
    }

    /// <inheritdoc />
    public Uri Url
    {
        get => _url;
        set
        {
            RequireInput(value, nameof(Url));
            _url = value;
        }
    }

    /// <inheritdoc />
    public IObservable<ResponseMessage> MessageReceived => _messages.AsObservable();

    /// <inheritdoc />
    public IObservable<ReconnectionInfo> ReconnectionHappened => _reconnections.AsObservable();

    /// <inheritdoc />
    public IObservable<DisconnectionInfo> DisconnectionHappened => _disconnections.AsObservable();

    /// <inheritdoc />
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public TimeSpan? ReconnectTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public TimeSpan? ErrorReconnectTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public TimeSpan? LostReconnectTimeout { get; set; }

    /// <inheritdoc />
    public bool IsReconnectionEnabled
    {
        get => _isReconnectionEnabled;
        set
        {
            _isReconnectionEnabled = value;
            if (!IsStarted)
            {
                return;
            }

            if (value)
            {
                WatchSilence();
            }
            else
            {
                StopWatchingSilence();
            }
        }
    }

    /// <inheritdoc />
    public string? Name { get; set; }

    /// <inheritdoc />
    public bool IsStarted { get; private set; }

    /// <inheritdoc />
    public bool IsRunning { get; private set; }

    /// <inheritdoc />
    public bool IsInsideLock => _lock.CurrentCount == 0;

    /// <inheritdoc />
    public bool IsTextMessageConversionEnabled { get; set; } = true;

    /// <inheritdoc />
    public bool IsStreamDisposedAutomatically { get; set; } = true;

    /// <inheritdoc />
    public Encoding? MessageEncoding { get; set; }

    /// <inheritdoc />
    public ClientWebSocket? NativeClient => _client switch
    {
        null => null,
        ClientWebSocket native => native,
        _ => throw new WebsocketException(
            "The connection factory made a socket that is no ClientWebSocket, so there is no NativeClient."),
    };

    /// <inheritdoc />
    public void Dispose()
    {
        if (_disposing)
        {
            return;
        }

        _disposing = true;
        CompleteQueues();
        StopWatchingSilence();
        StopWaitingAfterError();
        EndConnection();
        _messages.OnCompleted();
        _reconnections.OnCompleted();
        if (IsRunning)
        {
            _disconnections.OnNext(DisconnectionInfo.Create(DisconnectionType.Exit, _client, null));
        }

        IsRunning = false;
        IsStarted = false;
        _disconnections.OnCompleted();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public void StreamFakeMessage(ResponseMessage message)
    {
        RequireInput(message, nameof(message));
        _messages.OnNext(message);
    }

    private static void RequireInput(object? value, string name)
    {
        if (value is null or "")
        {
            throw new WebsocketBadInputException($"'{name}' is null or empty; a value is needed.");
        }
    }

    private Encoding TextEncoding => MessageEncoding ?? Encoding.UTF8;
}
