// What the peers share: reading and writing whole messages with the OpenIGTLink reference library (protocol 2).
// That library knows header version 1 only; version 2 is wrapped and unwrapped here (extended header, metadata).
#pragma once
#include <igtlClientSocket.h>
#include <igtlImageMessage.h>
#include <igtlMessageHeader.h>
#include <igtlServerSocket.h>
#include <igtlStatusMessage.h>
#include <igtlTransformMessage.h>
#include <igtl_util.h>

#include <signal.h>
#include <sys/prctl.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

typedef std::vector<unsigned char> Bytes;
typedef std::map<std::string, std::string> Metadata;

const int HEADER = 58;
const int EXTENDED = 12;

inline void put(unsigned char* at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
}

inline uint64_t get(const unsigned char* at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; i++) value = (value << 8) | at[i];
  return value;
}

// A message packed by the library, as bytes.
inline Bytes packed(igtl::MessageBase* message) {
  message->Pack();
  const unsigned char* start = (const unsigned char*)message->GetPackPointer();
  return Bytes(start, start + message->GetPackSize());
}

// The same message with header version 2, an extended header and metadata.
inline Bytes wrapped(const Bytes& version1, const Metadata& metadata, uint32_t messageId) {
  Bytes index(2), data;
  put(index.data(), metadata.size(), 2);
  for (const auto& entry : metadata) {
    unsigned char head[8];
    put(head, entry.first.size(), 2);
    put(head + 2, 3, 2);
    put(head + 4, entry.second.size(), 4);
    index.insert(index.end(), head, head + 8);
    data.insert(data.end(), entry.first.begin(), entry.first.end());
    data.insert(data.end(), entry.second.begin(), entry.second.end());
  }
  Bytes out(version1.begin(), version1.begin() + HEADER);
  out.resize(HEADER + EXTENDED);
  put(&out[HEADER], EXTENDED, 2);
  put(&out[HEADER + 2], index.size(), 2);
  put(&out[HEADER + 4], data.size(), 4);
  put(&out[HEADER + 8], messageId, 4);
  out.insert(out.end(), version1.begin() + HEADER, version1.end());
  out.insert(out.end(), index.begin(), index.end());
  out.insert(out.end(), data.begin(), data.end());
  put(&out[0], 2, 2);
  put(&out[42], out.size() - HEADER, 8);
  put(&out[50], crc64(&out[HEADER], out.size() - HEADER, 0), 8);
  return out;
}

// What 3D Slicer sends on connecting.
inline Bytes slicerHello() {
  igtl::StatusMessage::Pointer status = igtl::StatusMessage::New();
  status->SetCode(igtl::StatusMessage::STATUS_OK);
  status->SetSubCode(1);
  status->SetErrorName("");
  status->SetStatusString("");
  status->SetDeviceName("");
  Metadata dummy;
  dummy["dummy"] = "dummy";
  return wrapped(packed(status.GetPointer()), dummy, 0);
}

inline void endWithParent() { prctl(PR_SET_PDEATHSIG, SIGKILL); }

struct Options {
  std::map<std::string, std::string> values;
  Options(int count, char** words, int start) {
    for (int i = start; i < count; i++) {
      std::string word = words[i];
      if (word.compare(0, 2, "--") != 0) {
        fprintf(stderr, "unexpected argument %s\n", words[i]);
        exit(2);
      }
      bool hasValue = i + 1 < count && std::string(words[i + 1]).compare(0, 2, "--") != 0;
      values[word.substr(2)] = hasValue ? words[++i] : "";
    }
  }
  bool has(const std::string& name) const { return values.count(name) > 0; }
  std::string text(const std::string& name, const std::string& fallback) const {
    return has(name) ? values.at(name) : fallback;
  }
  int number(const std::string& name, int fallback) const { return has(name) ? atoi(values.at(name).c_str()) : fallback; }
};
