#include "runtime/asio_tls.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::runtime {
namespace {

namespace asio = boost::asio;
using Step = TlsEngine::Step;

// One record at its largest (RFC 8446 5.2), with its header.
constexpr std::size_t kReadOctets = (16 << 10) + 256 + 5;
// What a connection holds while it waits: a command, or a small message, in its record.
constexpr std::size_t kIdleOctets = 2 << 10;
// Of what is not TLS as we speak it, before the handshake has ended and after it.
constexpr std::string_view kNoTls = "the peer does not speak TLS as we do";
constexpr std::string_view kBrokenSession =
    "what came is no record of the TLS session: it was cut off";

// How much plain text is sealed at a time: a few records, so that the copy stays small.
constexpr std::size_t kWriteOctets = 64 << 10;

Instant now() { return std::chrono::steady_clock::now(); }

// A use of the connection below, in one direction, which a read and a write share: one call has it,
// the other waits for it to come free. There are never more than these two.
class Turn {
 public:
  explicit Turn(const Executor& executor) : freed_(executor) {}

  bool taken() const { return taken_; }
  void take() { taken_ = true; }
  void free() {
    taken_ = false;
    freed_.cancel();
  }
  // Until it came free, or the deadline: the caller looks.
  Task<void> wait(Instant deadline) {
    freed_.expires_at(deadline);
    co_await freed_.async_wait(kWithError);
  }

 private:
  bool taken_ = false;
  asio::steady_timer freed_;
};

class OverEngine final : public TlsConnection {
 public:
  OverEngine(std::unique_ptr<Connection> below, std::unique_ptr<TlsEngine> engine, std::string host,
             Duration patience)
      : below_(std::move(below)),
        engine_(std::move(engine)),
        host_(std::move(host)),
        patience_(patience),
        reading_(below_->executor()),
        writing_(below_->executor()) {}
  ~OverEngine() override { say_farewell(); }

  Task<Explained<void>> shake_hands(Instant deadline) override {
    const auto shaken = co_await make_handshake(deadline);
    if (shaken) co_return Explained<void>();
    co_return Failure{errc_of(shaken.error()), why_.empty() ? shaken.error().message() : why_};
  }

  TlsFault fault() const override { return engine_->fault(); }

  Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) override {
    const auto ready = co_await make_handshake(deadline);
    if (!ready) co_return ready.error();
    for (;;) {
      if (broken_) co_return make_error_code(*broken_);
      std::size_t count = 0;
      const Step step = engine_->read(into, count);
      const auto met = co_await meet(step, deadline);
      if (!met) co_return met.error();
      if (step == Step::done) co_return count;
    }
  }

  Task<Result<void>> write(std::string_view bytes, Instant deadline) override {
    const auto ready = co_await make_handshake(deadline);
    if (!ready) co_return ready.error();
    while (!bytes.empty()) {
      if (broken_) co_return make_error_code(*broken_);
      const auto piece = bytes.substr(0, kWriteOctets);
      const Step step = engine_->write(piece);
      if (step != Step::done) {
        const auto met = co_await meet(step, deadline);
        if (!met) co_return met.error();
        continue;
      }
      bytes.remove_prefix(piece.size());
      const auto sent = co_await send(deadline);
      if (!sent) co_return sent.error();
    }
    co_return Result<void>();
  }

  void close() noexcept override {
    say_farewell();
    if (!broken_) broken_ = Errc::closed;
    below_->close();
  }

  bool quiet() noexcept override { return !broken_ && !engine_->holds_input() && below_->quiet(); }

  std::optional<TlsFacts> tls() const override {
    if (!shaken_) return std::nullopt;
    return engine_->facts();
  }

  const Endpoint& local() const override { return below_->local(); }
  const Endpoint& remote() const override { return below_->remote(); }
  Executor executor() const override { return below_->executor(); }

 private:
  Task<Result<void>> make_handshake(Instant deadline) {
    if (shaken_) co_return Result<void>();
    // From the first call: how long nobody made one is not the peer's fault.
    if (!until_) until_ = now() + patience_;
    const Instant sooner_end = sooner(deadline, *until_);
    while (!shaken_) {
      if (broken_) co_return make_error_code(*broken_);
      const Step step = engine_->handshake();
      shaken_ = step == Step::done;
      const auto met = co_await meet(step, sooner_end);
      if (met) continue;
      const bool over = errc_of(met.error()) != Errc::timeout || now() >= *until_;
      if (over && why_.empty()) say("the handshake did not come to its end", met.error().message());
      if (errc_of(met.error()) == Errc::timeout && now() >= *until_) break_off(Errc::closed);
      co_return met.error();
    }
    co_return Result<void>();
  }

  // What has to be done after a step before the next: send what it left, and what it asks for.
  Task<Result<void>> meet(Step step, Instant deadline) {
    // A send under way takes this along: to wait for it here could be to wait for the peer to read,
    // which may be waiting for us to read.
    if (engine_->has_output() && !writing_.taken()) {
      const auto sent = co_await send(deadline);
      // A record may be cut in two on the way: a read that ends so can not go on later.
      if (!sent) {
        break_off(Errc::closed);
        co_return sent.error();
      }
    }
    switch (step) {
      case Step::done: break;
      case Step::wants_input: co_return co_await receive(deadline);
      case Step::ended:
        say_farewell();
        broken_ = Errc::closed;
        break;
      case Step::untrusted: say("the peer's certificate is not trusted", engine_->why()); break;
      case Step::refused: say("the peer refused TLS", engine_->why()); break;
      case Step::failed: say(shaken_ ? kBrokenSession : kNoTls, engine_->why()); break;
    }
    if (step == Step::done) co_return Result<void>();
    const bool no = step == Step::untrusted || (step == Step::refused && !host_.empty());
    if (step != Step::ended) break_off(no ? Errc::refused : Errc::closed);
    co_return make_error_code(*broken_);
  }

  // All that the engine has for the peer, and all that was taken from it before.
  Task<Result<void>> send(Instant deadline) {
    while (engine_->has_output() || writing_.taken()) {
      if (broken_) co_return make_error_code(*broken_);
      if (writing_.taken()) {
        if (now() >= deadline) co_return make_error_code(Errc::timeout);
        co_await writing_.wait(deadline);
        continue;
      }
      writing_.take();
      const std::string octets = engine_->output();
      const auto written = co_await below_->write(octets, deadline);
      writing_.free();
      if (!written) {
        if (!broken_) broken_ = Errc::closed;
        co_return written.error();
      }
    }
    co_return Result<void>();
  }

  // Something new of the peer's for the engine.
  Task<Result<void>> receive(Instant deadline) {
    if (reading_.taken()) {
      co_await reading_.wait(deadline);
      if (reading_.taken() && now() >= deadline) co_return make_error_code(Errc::timeout);
      co_return Result<void>();
    }
    reading_.take();
    // Who is idle waits with little; where more came than that, the rest is read at once.
    std::string octets(more_ ? kReadOctets : kIdleOctets, '\0');
    const std::span<char> into(octets);
    const auto count = co_await below_->read_some(into, deadline);
    reading_.free();
    if (count) {
      more_ = *count >= kIdleOctets;
      engine_->feed(std::string_view(octets.data(), *count));
      co_return Result<void>();
    }
    more_ = false;
    if (errc_of(count.error()) != Errc::timeout && !broken_) broken_ = errc_of(count.error());
    co_return count.error();
  }

  // RFC 8446 6.1: the peer can tell an end from a cut. Behind a piece of a record that a write left
  // half sent nothing can be said.
  void say_farewell() noexcept {
    if (!shaken_ || broken_ || writing_.taken()) return;
    engine_->close();
    below_->write_last(engine_->output());
  }

  void break_off(Errc code) {
    if (!broken_) broken_ = code;
    below_->close();
  }

  // Any client that finds our port can fail at it; a server that we have chosen should not.
  void say(std::string_view what, const std::string& cause) {
    why_ = std::string(what) + ": " + cause;
    const Level level = host_.empty() ? Level::info : Level::warn;
    const std::string peer = to_string(remote());
    log(level, "runtime", what, {{"peer", peer}, {"host", host_}, {"cause", cause}});
  }

  std::unique_ptr<Connection> below_;
  std::unique_ptr<TlsEngine> engine_;
  std::string host_;  // the name that the peer has to prove; empty on a server
  Duration patience_;
  std::optional<Instant> until_;
  bool shaken_ = false;
  std::optional<Errc> broken_;
  std::string why_;    // the handshake failed
  bool more_ = false;  // the last read gave all that there was room for
  Turn reading_;
  Turn writing_;
};

class TlsListener final : public Listener {
 public:
  using Secure = std::function<std::unique_ptr<Connection>(std::unique_ptr<Connection>)>;

  TlsListener(std::unique_ptr<Listener> below, Secure secure)
      : below_(std::move(below)), secure_(std::move(secure)) {}

  Task<Result<std::unique_ptr<Connection>>> accept(Executor home) override {
    auto accepted = co_await below_->accept(home);
    if (!accepted) co_return accepted.error();
    std::unique_ptr<Connection> secured = secure_(std::move(*accepted));
    co_return secured;
  }

  void close() noexcept override { below_->close(); }
  const Endpoint& local() const override { return below_->local(); }

 private:
  const std::unique_ptr<Listener> below_;
  const Secure secure_;
};

}  // namespace

std::unique_ptr<TlsConnection> tls_server(std::unique_ptr<Connection> below,
                                          const TlsContext& context, Duration patience) {
  return std::make_unique<OverEngine>(std::move(below), std::make_unique<TlsEngine>(context), "",
                                      patience);
}

std::unique_ptr<TlsConnection> tls_client(std::unique_ptr<Connection> below,
                                          const TlsContext& context, const std::string& host,
                                          Duration patience) {
  return std::make_unique<OverEngine>(std::move(below), std::make_unique<TlsEngine>(context, host),
                                      host, patience);
}

std::unique_ptr<TlsConnection> tls_client(std::unique_ptr<Connection> below,
                                          const TlsContext& context, const Dane& dane,
                                          Duration patience) {
  return std::make_unique<OverEngine>(std::move(below), std::make_unique<TlsEngine>(context, dane),
                                      dane.names.at(0), patience);
}

std::unique_ptr<Listener> tls_listener(std::unique_ptr<Listener> below, TlsContext context,
                                       Duration patience) {
  return std::make_unique<TlsListener>(
      std::move(below), [context = std::move(context), patience](auto connection) {
        return tls_server(std::move(connection), context, patience);
      });
}

std::unique_ptr<Listener> tls_listener(std::unique_ptr<Listener> below, const TlsServer& tls) {
  return std::make_unique<TlsListener>(
      std::move(below), [&tls](auto connection) { return tls.secure(std::move(connection)); });
}

}  // namespace waybill::runtime
