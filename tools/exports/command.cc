// waybill export: history in whole, written by the server and fetched here.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "runtime/large_file.h"
#include "runtime/owner_files.h"
#include "schemas/json_members.h"
#include "tools/api/owner_client.h"
#include "tools/commands.h"
#include "tools/exports/question.h"
#include "tools/exports/words.h"
#include "tools/trace/flags.h"

namespace waybill::tools {

namespace json = boost::json;
using schemas::number_member;
using schemas::text_member;

namespace {

// How often it is asked how far an export is.
constexpr std::chrono::milliseconds kLookAgain{250};
constexpr std::chrono::milliseconds kLookAtMost{10'000};
// A download that breaks off goes on, so often without an octet more.
constexpr int kTries = 10;
constexpr std::chrono::seconds kTryAgain{2};
// Read at one time.
constexpr std::size_t kPiece = 1 << 20;

struct Options {
  app::ConfigFile file;
  ApiOptions api;
  ExportQuestion question;
  std::string format = "ndjson";
  std::string packing = "none";
  std::string out;  // empty: as the server calls it; "-": standard output
  std::string id;
  std::string remove;
  bool list = false;
  bool keep = false;
  bool no_wait = false;
};

// On a terminal in place, and nothing into a file.
void show(const std::string& words) {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K%s", words.c_str());
}

std::string target_of(const std::string& id, const char* below = "") {
  return "/v1/exports/" + runtime::percent_encode(id) + below;
}

std::unique_ptr<json::object> order(ApiClient& api, const Options& options, int& exit_code) {
  std::string target = export_target(api, options.question, exit_code);
  if (target.empty()) return nullptr;
  append_parameter(target, "format", options.format);
  append_parameter(target, "packing", options.packing);
  return api.ask("POST", target, exit_code);
}

// Until it is done; nullptr after why not was said. What passes is waited for.
std::unique_ptr<json::object> wait_for(ApiClient& api, const std::string& id, int& exit_code) {
  for (auto wait = kLookAgain;; wait = std::min(2 * wait, kLookAtMost)) {
    ApiAnswer answer = api.try_ask("GET", target_of(id));
    const std::string_view state = text_member(answer.value, "state");
    if (answer.is_well() && state == "done") {
      show("");
      return std::make_unique<json::object>(std::move(answer.value));
    }
    if (answer.is_well() && state == "failed") {
      show("");
      exit_code = app::fail("the export " + id +
                            " failed: " + std::string(text_member(answer.value, "why")));
      return nullptr;
    }
    if (!answer.is_well() && !answer.may_pass()) {
      show("");
      exit_code = api.complain(answer);
      return nullptr;
    }
    show(answer.is_well() ? progress_words(answer.value) : "waiting for the server: " + answer.why);
    std::this_thread::sleep_for(wait);
  }
}

// Where octets go: a file beside its name until it is whole, or standard output.
class Output {
 public:
  // A part of this very export that is there already is gone on with.
  bool open(const std::string& path, const std::string& id, std::uint64_t size) {
    if (path == "-") {
      stream_ = stdout;
      return true;
    }
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown) &&
        !std::filesystem::is_regular_file(std::filesystem::symlink_status(path, unknown))) {
      // A device, a pipe, or what a link names: it is written into, and stays what it is.
      stream_ = std::fopen(path.c_str(), "wb");
      return stream_ != nullptr;
    }
    path_ = path;
    part_ = path + "." + id + ".part";
    std::error_code none;
    const auto there = std::filesystem::file_size(part_, none);
    if (!none && there <= size && read_part(there)) done_ = there;
    const int begin = done_ > 0 ? O_APPEND : O_TRUNC;
    const int file = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | begin,
                            runtime::kOwnerOnly);
    if (file < 0) return false;
    stream_ = ::fdopen(file, done_ > 0 ? "ab" : "wb");
    if (stream_ == nullptr) ::close(file);
    return stream_ != nullptr;
  }
  ~Output() { close(); }
  void write(std::string_view octets) {
    if (std::fwrite(octets.data(), 1, octets.size(), stream_) != octets.size()) failed_ = true;
    hash_->update(octets);
    done_ += octets.size();
  }
  // Under its own name.
  bool finish() {
    if (std::fflush(stream_) != 0) failed_ = true;
    if (failed_ || path_.empty()) return !failed_;
    close();
    std::error_code failed;
    std::filesystem::rename(part_, path_, failed);
    return !failed;
  }
  void forget() {
    close();
    std::error_code gone;
    if (!part_.empty()) std::filesystem::remove(part_, gone);
  }
  std::uint64_t done() const { return done_; }
  bool failed() const { return failed_; }
  std::string sha256() { return runtime::hex(hash_->finish()); }

 private:
  bool read_part(std::uint64_t size) {
    const auto file = runtime::ReadableFile::open(part_);
    if (!file) return false;
    runtime::Sha256 hash;
    for (std::uint64_t at = 0; at < size;) {
      const auto piece = file->read(at, std::min<std::uint64_t>(kPiece, size - at));
      if (!piece || piece->empty()) return false;
      hash.update(*piece);
      at += piece->size();
    }
    hash_.emplace(std::move(hash));
    return true;
  }
  void close() {
    if (stream_ != nullptr && stream_ != stdout) std::fclose(stream_);
    stream_ = nullptr;
  }

  std::string path_, part_;
  std::FILE* stream_ = nullptr;
  std::uint64_t done_ = 0;
  std::optional<runtime::Sha256> hash_ = runtime::Sha256();
  bool failed_ = false;
};

// Up to its end; kExitOk: all octets came.
int download(ApiClient& api, const json::object& job, Output& out) {
  const std::string id(text_member(job, "id"));
  const std::string etag = "\"" + std::string(text_member(job, "file_sha256")) + "\"";
  const std::uint64_t size = number_member(job, "octets").value_or(0);
  for (int tries = 0; out.done() < size && !out.failed();) {
    const std::uint64_t before = out.done();
    const ApiAnswer answer =
        api.stream(target_of(id, "/file"),
                   [&](std::string_view octets) {
                     if (out.failed()) return;
                     out.write(octets);
                     show(download_words(out.done(), size));
                   },
                   {{"Range", "bytes=" + std::to_string(before) + "-"}, {"If-Range", etag}});
    if (out.done() >= size || out.failed()) break;
    if (!answer.is_well() && !answer.may_pass()) {
      show("");
      return api.complain(answer);
    }
    tries = out.done() > before ? 0 : tries + 1;
    if (tries == kTries) {
      show("");
      (void)api.complain(answer);
      return app::fail("the download broke off: `waybill export --id " + id + "` goes on with it");
    }
    std::this_thread::sleep_for(kTryAgain);
  }
  show("");
  return app::kExitOk;
}

// Nothing has its name that is not what the server wrote.
int fetch(ApiClient& api, const json::object& job, const std::string& path) {
  const std::string id(text_member(job, "id"));
  Output out;
  const auto cannot = [&] {
    return app::fail("cannot write " + path +
                     ": is there room, and may you? The export is kept; "
                     "`waybill export --id " +
                     id + " --out FILE` fetches it");
  };
  if (!out.open(path, id, number_member(job, "octets").value_or(0))) return cannot();
  if (const int exit_code = download(api, job, out); exit_code != app::kExitOk) return exit_code;
  if (out.failed()) return cannot();
  if (out.sha256() != text_member(job, "file_sha256")) {
    out.forget();
    return app::fail("what came is not what the server wrote: `waybill export --id " + id +
                     "` fetches it again");
  }
  return out.finish() ? app::kExitOk : cannot();
}

int list(ApiClient& api) {
  int exit_code = app::kExitOk;
  const auto answer = api.get("/v1/exports", exit_code);
  if (answer == nullptr) return exit_code;
  const json::array* const exports = schemas::array_member(*answer, "exports");
  if (exports == nullptr) return app::kExitEnvironment;
  for (const json::value& one : *exports) {
    if (one.is_object()) std::printf("%s\n", export_line(one.as_object()).c_str());
  }
  if (exports->empty()) std::fprintf(stderr, "no exports; `waybill export` makes one\n");
  return app::kExitOk;
}

int remove(ApiClient& api, const std::string& id) {
  int exit_code = app::kExitOk;
  if (api.ask("DELETE", target_of(id), exit_code) == nullptr) return exit_code;
  std::fprintf(stderr, "removed %s\n", id.c_str());
  return app::kExitOk;
}

// Before the server makes what could not be written here. Empty: it can be, as far as is known.
std::string why_no_output(const std::string& path) {
  if (path.empty() || path == "-") return {};
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) return path + " is a directory: name a file";
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string directory = parent.empty() ? "." : parent.string();
  if (::access(directory.c_str(), W_OK) != 0) return "cannot write in " + directory;
  return {};
}

// What would be left out in silence.
bool is_contradictory(const Options& options) {
  const int acts =
      (options.list ? 1 : 0) + (options.remove.empty() ? 0 : 1) + (options.id.empty() ? 0 : 1);
  return acts > 1 || (acts == 1 && asks(options.question));
}

int run(const Options& options) {
  if (is_contradictory(options)) {
    (void)app::fail(
        "--id, --list and --remove go alone: what an export is of was said as it was "
        "made");
    return app::kExitUsage;
  }
  if (has_time_as_party(options.question.flags)) return app::kExitUsage;
  if (const std::string why = why_no_output(options.out); !why.empty()) return app::fail(why);
  int exit_code = app::kExitOk;
  const auto api = owner_client(options.file, options.api, exit_code);
  if (api == nullptr) return exit_code;
  if (options.list) return list(*api);
  if (!options.remove.empty()) return remove(*api, options.remove);
  std::string id = options.id;
  if (id.empty()) {
    const auto made = order(*api, options, exit_code);
    if (made == nullptr) return exit_code;
    id = text_member(*made, "id");
    if (!options.no_wait) {
      std::fprintf(stderr, "export %s: `waybill export --id %s` goes on with it\n", id.c_str(),
                   id.c_str());
    } else {
      std::printf("%s\n", id.c_str());
      return app::kExitOk;
    }
  }
  const auto job = wait_for(*api, id, exit_code);
  if (job == nullptr) return exit_code;
  const std::string path =
      options.out.empty() ? std::string(text_member(*job, "file_name")) : options.out;
  exit_code = fetch(*api, *job, path);
  if (exit_code != app::kExitOk) return exit_code;
  std::fprintf(stderr, "%s\n", done_words(*job, path).c_str());
  if (!options.keep) (void)api->ask("DELETE", target_of(id), exit_code);
  return app::kExitOk;
}

}  // namespace

void add_export(app::Command root) {
  auto options = std::make_shared<Options>();
  app::Command command = root.add_command("export", "Have history written to a file, and fetch it");
  add_owner_options(command, options->file, options->api);
  add_question(command, options->question);
  command.add("--format", options->format, "As lines of JSON, or for spreadsheets")
      .one_of({"ndjson", "csv"})
      .shows_default();
  command.add("--packing", options->packing, "How the file is packed")
      .one_of({"none", "gzip", "zstd"})
      .shows_default();
  command.add("--out", options->out, "Where it goes; - is standard output").type_name("FILE");
  command.add_flag("--keep", options->keep, "Leave the file on the server, until it expires");
  command.add_flag("--no-wait", options->no_wait, "Print the id and fetch nothing");
  command.add(
      "--id", options->id,
      "Wait for this one, and fetch it or the rest of it; without --keep it is then removed");
  command.add_flag("--list", options->list, "List those there are");
  command.add("--remove", options->remove, "Cancel this one, or remove its file").type_name("ID");
  command.footer(
      "Words and flags are one query, as of `waybill trace` (docs/search.md), and all of it must "
      "fit; without any, it is all mail. Words that begin with - stand behind --, or are a --not- "
      "flag. Without --server it asks the running `waybill serve` of the configuration, as the "
      "owner of "
      "its data directory. The last line of the file says how many events it has, and the SHA-256 "
      "of all before it.");
  command.runs([options] { return run(*options); });
}

}  // namespace waybill::tools
