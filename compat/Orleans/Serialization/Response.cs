using System.Runtime.ExceptionServices;

namespace Orleans.Serialization.Invocation;

/// <summary>What a call came to.</summary>
public abstract class Response : IDisposable
{
    public static Response Completed { get; } = new ResultResponse(null);

    public abstract object? Result { get; set; }

    public abstract Exception? Exception { get; set; }

    public static Response FromException(Exception exception) => new ResultResponse(null) { Exception = exception };

    public static Response FromResult<TResult>(TResult value) => new ResultResponse(value);

    public abstract T GetResult<T>();

    public abstract void Dispose();

    public override string ToString() => Exception?.ToString() ?? Result?.ToString() ?? "[null]";

    private sealed class ResultResponse(object? result) : Response
    {
        private object? _result = result;

        public override object? Result
        {
            get
            {
                ThrowIfFailed();
                return _result;
            }
            set => _result = value;
        }

        public override Exception? Exception { get; set; }

        public override T GetResult<T>()
        {
            ThrowIfFailed();
            return (T)_result!;
        }

        public override void Dispose()
        {
        }

        private void ThrowIfFailed()
        {
            if (Exception is { } exception)
            {
                ExceptionDispatchInfo.Throw(exception);
            }
        }
    }
}
