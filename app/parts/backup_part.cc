#include "app/parts/backup_part.h"

#include "app/backup/backup.h"
#include "runtime/clock.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

void BackupPart::ready() {
  BackupActions actions;
  actions["views"] = [this](const std::vector<std::string>& arguments, const TellProgress&) {
    return of_views(arguments);
  };
  if (journal_ != nullptr) {
    actions["whole"] = [this](const std::vector<std::string>& arguments, const TellProgress& tell) {
      return whole(arguments, tell);
    };
  }
  requests_ = std::make_unique<BackupRequests>(process_.config().data_dir, std::move(actions));
}

Explained<std::string> BackupPart::of_views(const std::vector<std::string>& arguments) {
  StoresByPartition stores;
  for (const auto& one : views_.views()) stores[one->partition()] = &one->store();
  const auto made =
      back_up(stores, arguments.back(), process_.config().node, process_.clock().wall());
  if (!made) return made.error();
  return std::to_string(made->partitions.size()) + " partitions";
}

// Arguments: keep, configuration, directory (whole_request()).
Explained<std::string> BackupPart::whole(const std::vector<std::string>& arguments,
                                         const TellProgress& tell) {
  const auto request = read_request(arguments);
  if (!request) return request.error();
  under_way_ = true;
  const WholeStores stores{&journal_->log().store(), &views_.views().front()->store()};
  const auto made =
      back_up_whole(stores, process_.config(), *request, process_.clock().wall(), tell);
  under_way_ = false;
  if (!made) return made.error();
  return words_of(*made);
}

}  // namespace waybill::app
