#include "tools/dustbin/dustbin.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "relay/smtp/client_core.h"
#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/clock.h"
#include "runtime/scope.h"
#include "tests/support/temporary_directory.h"

namespace waybill::tools::dustbin {
namespace {

using runtime::Task;
using schemas::Reply;

constexpr std::chrono::seconds kPatience{10};

// What one client says, piece by piece, a piece after each reply; and what it hears.
struct Client {
  std::vector<std::string> says;
  std::vector<Reply> hears;
  bool closed = false;  // the dustbin closed before or after all was said
};

std::vector<int> codes(const Client& client) {
  std::vector<int> out;
  for (const Reply& reply : client.hears) out.push_back(reply.code);
  return out;
}

class DustbinTest : public testing::Test {
 protected:
  DustbinTest()
      : listener_(
            runtime::listen_tcp(context_, {boost::asio::ip::address_v4::loopback(), 0}).value()),
        dialer_(runtime::tcp_dialer()) {
    settings_.once = 1;
  }

  // Runs the dustbin until it ends by itself; the clients talk one after the other.
  void run(std::vector<Client>& clients) {
    Observer observer;
    observer.message = [this](const Message& message) { messages_.push_back(message); };
    observer.refusal = [this](const Refusal& refusal) { refusals_.push_back(refusal); };
    observer.trouble = [this](const std::string& what) { troubles_.push_back(what); };
    dustbin_.emplace(clock_, *listener_, std::move(settings_), std::move(observer));
    runtime::Scope scope(context_.get_executor());
    scope.spawn("dustbin", dustbin_->run());
    scope.spawn("clients", talk_all(clients));
    context_.run();
  }

  Client run(std::vector<std::string> says) {
    std::vector<Client> clients(1);
    clients[0].says = std::move(says);
    run(clients);
    return clients[0];
  }

  Task<void> talk_all(std::vector<Client>& clients) {
    for (Client& client : clients) co_await talk(client);
    if (stop_after_talk_) dustbin_->stop();
  }

  Task<void> talk(Client& client) {
    const runtime::Instant deadline = clock_.now() + kPatience;
    auto dialled = co_await dialer_->dial(listener_->local(), deadline);
    if (!dialled) co_return;
    runtime::Connection& connection = **dialled;
    relay::smtp::ReplyReader reader;
    bool open = co_await hear(connection, reader, client);
    for (const std::string& piece : client.says) {
      if (!open) co_return;
      const auto written = co_await connection.write(piece, deadline);
      if (!written) co_return;
      open = co_await hear(connection, reader, client);
    }
  }

  // One reply; false if the dustbin closed instead.
  Task<bool> hear(runtime::Connection& connection, relay::smtp::ReplyReader& reader,
                  Client& client) {
    std::string buffer(4096, '\0');
    for (;;) {
      const auto reply = reader.next();
      if (!reply) co_return false;
      if (*reply) {
        client.hears.push_back(**reply);
        co_return true;
      }
      const std::span<char> into(buffer);
      const auto count = co_await connection.read_some(into, clock_.now() + kPatience);
      if (!count) {
        client.closed = true;
        co_return false;
      }
      reader.feed({buffer.data(), *count});
    }
  }

  boost::asio::io_context context_{1};
  runtime::AsioClock clock_;
  std::unique_ptr<runtime::Listener> listener_;
  std::unique_ptr<runtime::Dialer> dialer_;
  Settings settings_;
  bool stop_after_talk_ = false;
  std::optional<Dustbin> dustbin_;
  std::vector<Message> messages_;
  std::vector<Refusal> refusals_;
  std::vector<std::string> troubles_;
};

TEST_F(DustbinTest, TakesAMessageAndTellsOfIt) {
  const Client client =
      run({"EHLO client.example.org\r\n", "MAIL FROM:<alice@example.org>\r\n",
           "RCPT TO:<bob@example.net>\r\n", "DATA\r\n",
           "Subject: a\r\n word\r\nMessage-ID: <1@example.org>\r\n\r\n..dot\r\n.\r\n", "QUIT\r\n"});
  EXPECT_EQ(codes(client), (std::vector<int>{220, 250, 250, 250, 354, 250, 221}));
  ASSERT_EQ(messages_.size(), 1u);
  const Message& message = messages_[0];
  EXPECT_EQ(message.origin.sender->text(), "alice@example.org");
  EXPECT_EQ(message.origin.helo, "client.example.org");
  ASSERT_EQ(message.recipients.size(), 1u);
  EXPECT_EQ(message.recipients[0].text(), "bob@example.net");
  EXPECT_EQ(message.subject, "a word");
  EXPECT_EQ(message.message_id, "<1@example.org>");
  EXPECT_EQ(message.octets, 56u);
  EXPECT_EQ(message.reply.code, 250);
  EXPECT_TRUE(refusals_.empty());
}

TEST_F(DustbinTest, RefusesAndPutsOffRecipientsAsItsRulesSay) {
  settings_.rules.refuse_rcpt = {"gone"};
  settings_.rules.defer_rcpt = {"full"};
  const Client client = run({"EHLO c\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<gone@example.net>\r\n",
                             "RCPT TO:<full@example.net>\r\n", "RCPT TO:<bob@example.net>\r\n",
                             "DATA\r\n", "\r\n.\r\n", "QUIT\r\n"});
  EXPECT_EQ(codes(client), (std::vector<int>{220, 250, 250, 550, 450, 250, 354, 250, 221}));
  ASSERT_EQ(refusals_.size(), 2u);
  EXPECT_EQ(refusals_[0].recipient, "gone@example.net");
  EXPECT_EQ(refusals_[0].reply.enhanced, "5.1.1");
  EXPECT_EQ(refusals_[1].recipient, "full@example.net");
  EXPECT_EQ(refusals_[1].reply.enhanced, "4.2.1");
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0].recipients.size(), 1u);
}

TEST_F(DustbinTest, RefusesABodyAsItsRulesSayAndGoesOn) {
  settings_.rules.refuse_data = {"picky"};
  settings_.rules.defer_data = {"slow"};
  settings_.once = 3;
  const Client client = run(
      {"EHLO c\r\n", "MAIL FROM:<a@example.org>\r\n", "RCPT TO:<picky@example.net>\r\n", "DATA\r\n",
       "a\r\n.\r\n", "MAIL FROM:<a@example.org>\r\n", "RCPT TO:<slow@example.net>\r\n", "DATA\r\n",
       "b\r\n.\r\n", "MAIL FROM:<a@example.org>\r\n", "RCPT TO:<bob@example.net>\r\n", "DATA\r\n",
       "c\r\n.\r\n", "QUIT\r\n"});
  EXPECT_EQ(codes(client), (std::vector<int>{220, 250, 250, 250, 354, 554, 250, 250, 354, 451, 250,
                                             250, 354, 250, 221}));
  EXPECT_EQ(messages_.size(), 3u);
}

TEST_F(DustbinTest, RefusesABodyWithABareLineEnd) {
  const Client client = run({"EHLO c\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<bob@example.net>\r\n",
                             "DATA\r\n", "a\n.\nb\r\n.\r\n", "QUIT\r\n"});
  ASSERT_EQ(client.hears.size(), 7u);
  EXPECT_EQ(client.hears[5].code, 554);
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0].reply.code, 554);
}

TEST_F(DustbinTest, TakesNoMailBeyondTheLastItWasAskedFor) {
  const Client client =
      run({"EHLO c\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<bob@example.net>\r\n", "DATA\r\n",
           "a\r\n.\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<bob@example.net>\r\n"});
  EXPECT_EQ(codes(client), (std::vector<int>{220, 250, 250, 250, 354, 250, 421}));
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(messages_.size(), 1u);
}

TEST_F(DustbinTest, ForgetsATransactionThatWasReset) {
  const Client client =
      run({"EHLO c\r\n", "MAIL FROM:<a@example.org>\r\n", "RCPT TO:<one@example.net>\r\n",
           "RSET\r\n", "MAIL FROM:<b@example.org>\r\n", "RCPT TO:<two@example.net>\r\n", "DATA\r\n",
           "a\r\n.\r\n", "QUIT\r\n"});
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0].origin.sender->text(), "b@example.org");
  ASSERT_EQ(messages_[0].recipients.size(), 1u);
  EXPECT_EQ(messages_[0].recipients[0].text(), "two@example.net");
}

TEST_F(DustbinTest, EndsAtOnceWhenStoppedWithClientsConnected) {
  settings_.once = 0;
  stop_after_talk_ = true;
  std::vector<Client> clients(3);
  for (Client& client : clients) client.says = {"EHLO c\r\n"};
  run(clients);
  for (const Client& client : clients) EXPECT_EQ(codes(client), (std::vector<int>{220, 250}));
  EXPECT_TRUE(messages_.empty());
}

TEST_F(DustbinTest, WritesEachMessageToTheDump) {
  const tests::TemporaryDirectory directory;
  settings_.dump.emplace(Dump::open(directory.path()).value());
  run({"EHLO c\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<bob@example.net>\r\n", "DATA\r\n",
       "Subject: x\r\n\r\n..two dots\r\n.\r\n", "QUIT\r\n"});
  std::ifstream file(directory.path("000001.eml"), std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(kept, "Subject: x\r\n\r\n.two dots\r\n");
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0].file, "000001.eml");
  EXPECT_TRUE(std::filesystem::exists(directory.path("000001.json")));
}

TEST_F(DustbinTest, PutsAMessageOffThatItCannotWrite) {
  const tests::TemporaryDirectory directory;
  settings_.dump.emplace(Dump::open(directory.path()).value());
  std::filesystem::remove_all(directory.path());
  const Client client = run({"EHLO c\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<bob@example.net>\r\n",
                             "DATA\r\n", "a\r\n.\r\n", "QUIT\r\n"});
  ASSERT_EQ(client.hears.size(), 7u);
  EXPECT_EQ(client.hears[5].code, 451);
  EXPECT_EQ(troubles_.size(), 1u);
}

}  // namespace
}  // namespace waybill::tools::dustbin
