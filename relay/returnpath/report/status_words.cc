#include "relay/returnpath/report/status_words.h"

#include <algorithm>
#include <array>
#include <string>

#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

struct Row {
  std::string_view code;  // RFC 3463 2: subject and detail
  std::string_view words;
};

constexpr auto kRows = std::to_array<Row>({
    {"1.0", "There is something about the address."},
    {"1.1", "There is no such mailbox there."},
    {"1.2", "There is no such domain, or it takes no mail."},
    {"1.3", "The address is not written as the server there expects."},
    {"1.4", "The address names more than one mailbox."},
    {"1.5", "The address is valid."},
    {"1.6", "The mailbox has moved, and nothing is known of where."},
    {"1.7", "The sender's address is not written as the server there expects."},
    {"1.8", "The sender's domain does not exist, or takes no answers."},
    {"1.9", "The mail went on to a system that gives no such notices."},
    {"1.10", "The domain says that it takes no mail."},
    {"2.0", "There is something about the mailbox."},
    {"2.1", "The mailbox is there, and takes no mail: it was closed or locked."},
    {"2.2", "The mailbox is full."},
    {"2.3", "The mail is larger than the mailbox takes."},
    {"2.4", "The address is a list, which could not be resolved."},
    {"3.0", "There is something about the mail system there."},
    {"3.1", "The disk of the mail system there is full."},
    {"3.2", "The mail system there takes no mail at present."},
    {"3.3", "The mail system there cannot do what the mail needs."},
    {"3.4", "The mail is larger than the mail system there takes."},
    {"3.5", "The mail system there is not set up rightly."},
    {"3.6", "The mail was taken with another priority than it asked for."},
    {"4.0", "There is something about the network or the route."},
    {"4.1", "The server there did not answer."},
    {"4.2", "The connection to the server there broke."},
    {"4.3", "The server that knows the way to the domain did not answer."},
    {"4.4", "There is no way to the server there."},
    {"4.5", "The mail system there has too much to do."},
    {"4.6", "The mail went in a circle between servers."},
    {"4.7", "It was tried until its time was over."},
    {"5.0", "The two servers did not understand each other."},
    {"5.1", "The server there did not know the command."},
    {"5.2", "The server there did not understand the command."},
    {"5.3", "The mail had more recipients at once than the server there takes."},
    {"5.4", "The server there did not take a parameter of the command."},
    {"5.5", "The two servers speak different versions of the protocol."},
    {"5.6", "A line of the sign-on was too long."},
    {"6.0", "There is something about what the mail is made of."},
    {"6.1", "The mail is made of something that the server there does not take."},
    {"6.2", "The mail would have to be converted, and that is not allowed."},
    {"6.3", "The mail would have to be converted, and that cannot be done."},
    {"6.4", "The mail was converted, and something of it was lost."},
    {"6.5", "The mail could not be converted."},
    {"6.6", "What the mail refers to could not be fetched."},
    {"6.7", "An address in other letters than ASCII is not taken there."},
    {"6.8", "The answer would need letters other than ASCII."},
    {"6.9", "An address had to be written in ASCII."},
    {"6.10", "The mail names an address in other letters than ASCII, and is not taken there."},
    {"7.0", "The mail was refused for reasons of security or policy."},
    {"7.1", "The server there does not take this mail: a rule of its operator forbids it."},
    {"7.2", "The sender may not write to this list."},
    {"7.3",
     "The mail would have to be converted between ways of protection, which cannot be done."},
    {"7.4", "The server there cannot protect the mail as it asks."},
    {"7.5", "The server there could not decrypt or verify something."},
    {"7.6", "The way of encryption is not known there."},
    {"7.7", "The mail was altered on the way."},
    {"7.8", "The server there did not believe the sign-on."},
    {"7.9", "The way of signing on is too weak for the server there."},
    {"7.10", "The server there wants an encrypted connection."},
    {"7.11", "The server there wants an encrypted connection for this way of signing on."},
    {"7.12", "The password has to be changed before it can be used in this way."},
    {"7.13", "The account is disabled."},
    {"7.14", "The two servers do not trust each other."},
    {"7.15", "The mail has a lower priority than the server there takes now."},
    {"7.16", "The mail is larger than the server there takes at this priority."},
    {"7.17", "The mailbox has another owner than when the sender last knew it."},
    {"7.18", "The domain has another owner than when the sender last knew it."},
    {"7.19", "The test of who owns the mailbox cannot be done there."},
    {"7.20", "No signature (DKIM) of the mail could be verified."},
    {"7.21", "No signature (DKIM) of the mail is one that the server there accepts."},
    {"7.22", "No signature (DKIM) of the mail is its author's."},
    {"7.23", "The sender's domain does not let that server send (SPF)."},
    {"7.24", "Whether the sender's domain lets that server send (SPF) could not be found out."},
    {"7.25", "The sending server's address has no name that leads back to it."},
    {"7.26", "None of the checks of who sent the mail passed."},
    {"7.27", "The sender's domain says that it takes no mail."},
    {"7.28", "Too much mail came at once."},
    {"7.29", "The chain of seals (ARC) of the mail is broken."},
    {"7.30", "The server there wants the connection to be encrypted all the way (REQUIRETLS)."},
});

std::string_view words_of(std::string_view code) {
  const auto* const found =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.code == code; });
  return found == kRows.end() ? std::string_view() : found->words;
}

}  // namespace

std::string_view words_of_status(std::string_view status) {
  if (status.empty() || read_status(status) != status || status.front() == '2') return {};
  const std::string_view code = status.substr(2);
  const std::string_view known = words_of(code);
  if (!known.empty()) return known;
  return words_of(std::string(code.substr(0, code.find('.'))) + ".0");
}

}  // namespace waybill::relay::returnpath::report
