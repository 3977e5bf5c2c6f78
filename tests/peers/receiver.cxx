// Receives with the OpenIGTLink reference library and prints one JSON line per message. Options:
//   --connect HOST:PORT or --listen PORT (0 = any; printed as PORT=P)   --count N (0 = endless)
//   --hello-v2               greets as 3D Slicer does, with a version-2 STATUS
//   --stop-reading-after N   stays connected and reads no more
//   --delay-ms D             waits after each message
#include "peer.h"

#include <unistd.h>

static std::string hexOf(uint64_t value, int digits) {
  char text[20];
  snprintf(text, sizeof text, "%0*llx", digits, (unsigned long long)value);
  return text;
}

static std::string quoted(const char* text, int limit) {
  std::string out = "\"";
  for (int i = 0; i < limit && text[i]; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\') out += '\\';
    if (c >= 32 && c < 127) out += (char)c;
  }
  return out + "\"";
}

static std::string metadataOf(const unsigned char* index, int indexBytes, const unsigned char* data) {
  std::string out = "{";
  if (indexBytes >= 2) {
    int entries = (int)get(index, 2);
    for (int i = 0; i < entries; i++) {
      int keyBytes = (int)get(index + 2 + 8 * i, 2), valueBytes = (int)get(index + 2 + 8 * i + 4, 4);
      out += (i ? "," : "") + quoted((const char*)data, keyBytes) + ":";
      out += quoted((const char*)data + keyBytes, valueBytes);
      data += keyBytes + valueBytes;
    }
  }
  return out + "}";
}

// The library's view of an IMAGE, plus the bits it was made from.
static void printImage(const Bytes& message) {
  igtl::MessageHeader::Pointer header = igtl::MessageHeader::New();
  header->InitPack();
  memcpy(header->GetPackPointer(), message.data(), HEADER);
  header->Unpack();
  igtl::ImageMessage::Pointer image = igtl::ImageMessage::New();
  image->SetMessageHeader(header);
  image->AllocatePack();
  memcpy(image->GetPackBodyPointer(), &message[HEADER], message.size() - HEADER);
  bool unpacked = (image->Unpack(1) & igtl::MessageHeader::UNPACK_BODY) != 0;
  int size[3];
  image->GetDimensions(size);
  const unsigned char* pixels = &message[HEADER + 72];
  size_t pixelBytes = message.size() - HEADER - 72, nonzero = 0;
  for (size_t i = 0; i < pixelBytes; i++) nonzero += pixels[i] != 0;
  printf(",\"unpacked\":%s,\"size\":[%d,%d,%d],\"scalarType\":%d,\"components\":%d", unpacked ? "true" : "false", size[0],
         size[1], size[2], image->GetScalarType(), image->GetNumComponents());
  printf(",\"coordinate\":%d,\"endian\":%d,\"geometry\":[", message[HEADER + 5], message[HEADER + 4]);
  for (int i = 0; i < 12; i++) printf("%s\"%s\"", i ? "," : "", hexOf(get(&message[HEADER + 12 + 4 * i], 4), 8).c_str());
  printf("],\"pixelBytes\":%zu,\"nonzero\":%zu,\"pixelCrc\":\"%s\"", pixelBytes, nonzero,
         hexOf(crc64((unsigned char*)pixels, pixelBytes, 0), 16).c_str());
}

static void printTransform(const Bytes& message) {
  printf(",\"geometry\":[");
  for (int i = 0; i < 12; i++) printf("%s\"%s\"", i ? "," : "", hexOf(get(&message[HEADER + 4 * i], 4), 8).c_str());
  printf("]");
}

// Unwraps version 2 into what the library reads, prints, and tells whether the CRC was right.
static void print(const Bytes& message) {
  const int version = (int)get(&message[0], 2);
  const size_t bodyBytes = message.size() - HEADER;
  const bool crcOk = crc64((unsigned char*)message.data() + HEADER, bodyBytes, 0) == get(&message[50], 8);
  Bytes plain = message;
  std::string metadata = "{}";
  if (version == 2 && bodyBytes >= (size_t)EXTENDED) {
    size_t index = get(&message[HEADER + 2], 2), data = get(&message[HEADER + 4], 4), extended = get(&message[HEADER], 2);
    size_t contentEnd = message.size() - index - data;
    metadata = metadataOf(&message[contentEnd], (int)index, &message[contentEnd + index]);
    plain.assign(message.begin(), message.begin() + HEADER);
    plain.insert(plain.end(), message.begin() + HEADER + extended, message.begin() + contentEnd);
    put(&plain[0], 1, 2);
    put(&plain[42], plain.size() - HEADER, 8);
    put(&plain[50], crc64(plain.data() + HEADER, plain.size() - HEADER, 0), 8);
  }
  char type[13] = {0};
  memcpy(type, &message[2], 12);
  printf("{\"type\":%s,\"device\":%s,\"version\":%d,\"timestamp\":\"%s\",\"bodySize\":%zu,\"crcOk\":%s,\"metadata\":%s",
         quoted(type, 12).c_str(), quoted((const char*)&message[14], 20).c_str(), version,
         hexOf(get(&message[34], 8), 16).c_str(), bodyBytes, crcOk ? "true" : "false", metadata.c_str());
  if (!strcmp(type, "IMAGE") && plain.size() >= (size_t)HEADER + 72) printImage(plain);
  if (!strcmp(type, "TRANSFORM") && plain.size() == (size_t)HEADER + 48) printTransform(plain);
  if (!strcmp(type, "STATUS") && plain.size() > (size_t)HEADER + 30) {
    printf(",\"code\":%d,\"text\":%s", (int)get(&plain[HEADER], 2),
           quoted((const char*)&plain[HEADER + 30], (int)plain.size() - HEADER - 30).c_str());
  }
  printf("}\n");
  fflush(stdout);
}

static igtl::ClientSocket::Pointer peerOf(const Options& options) {
  if (options.has("listen")) {
    igtl::ServerSocket::Pointer server = igtl::ServerSocket::New();
    if (server->CreateServer(options.number("listen", 0)) < 0) exit(1);
    printf("PORT=%d\n", server->GetServerPort());
    fflush(stdout);
    igtl::ClientSocket::Pointer client;
    while (client.IsNull()) client = server->WaitForConnection(1000);
    server->Register();  // the listening socket stays open as long as the process
    return client;
  }
  std::string at = options.text("connect", "127.0.0.1:18944");
  size_t colon = at.rfind(':');
  igtl::ClientSocket::Pointer client = igtl::ClientSocket::New();
  if (client->ConnectToServer(at.substr(0, colon).c_str(), atoi(at.c_str() + colon + 1)) != 0) {
    fprintf(stderr, "cannot connect to %s\n", at.c_str());
    exit(1);
  }
  return client;
}

int main(int count, char** words) {
  endWithParent();
  signal(SIGPIPE, SIG_IGN);
  Options options(count, words, 1);
  igtl::ClientSocket::Pointer socket = peerOf(options);
  if (options.has("hello-v2")) {
    Bytes hello = slicerHello();
    socket->Send(hello.data(), (int)hello.size());
  }
  const int wanted = options.number("count", 0), stopAfter = options.number("stop-reading-after", -1);
  for (int received = 0; wanted == 0 || received < wanted; received++) {
    if (received == stopAfter) {
      printf("STOPPED\n");
      fflush(stdout);
      for (;;) pause();
    }
    Bytes message(HEADER);
    if (socket->Receive(message.data(), HEADER) != HEADER) break;
    const uint64_t bodyBytes = get(&message[42], 8);
    if (get(&message[0], 2) > 2 || bodyBytes > (1u << 28)) {
      printf("DESYNC\n");
      return 3;
    }
    message.resize(HEADER + bodyBytes);
    if (bodyBytes > 0 && socket->Receive(&message[HEADER], (int)bodyBytes) != (int)bodyBytes) {
      printf("HALF\n");
      return 4;
    }
    print(message);
    if (options.has("delay-ms")) usleep(1000 * options.number("delay-ms", 0));
  }
  printf("END\n");
  return 0;
}
