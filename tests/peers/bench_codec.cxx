// Rates of the OpenIGTLink reference library, to compare ours with. Modes:
//   bench_codec send W H N [--prepacked]   prints PORT=P, sends N IMAGEs unpaced to one client; packed (with CRC) anew
//                                          each time, or once
//   bench_codec receive PORT               receives until the sender closes, Unpack(1) each; prints one JSON line
//   bench_codec memory W H N               Pack() and Unpack(1) without a socket; prints one JSON line
#include "peer.h"

#include <chrono>

typedef std::chrono::steady_clock Clock;

static double msSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

static igtl::ImageMessage::Pointer imageOf(int width, int height) {
  int size[3] = {width, height, 1};
  int offset[3] = {0, 0, 0};
  igtl::ImageMessage::Pointer image = igtl::ImageMessage::New();
  image->SetDimensions(size);
  image->SetSubVolume(size, offset);
  image->SetScalarType(igtl::ImageMessage::TYPE_UINT8);
  image->SetDeviceName("Image_Reference");
  image->AllocateScalars();
  unsigned char* pixels = (unsigned char*)image->GetScalarPointer();
  for (int i = 0; i < width * height; i++) pixels[i] = (unsigned char)(i * 7 + i / width);
  return image;
}

static int sendFrames(int width, int height, int frames, bool prepacked) {
  igtl::ServerSocket::Pointer server = igtl::ServerSocket::New();
  if (server->CreateServer(0) < 0) return 1;
  printf("PORT=%d\n", server->GetServerPort());
  fflush(stdout);
  igtl::ClientSocket::Pointer client;
  while (client.IsNull()) client = server->WaitForConnection(1000);
  igtl::ImageMessage::Pointer image = imageOf(width, height);
  image->Pack();
  for (int i = 0; i < frames; i++) {
    // Pack() lays the message out and sums its body again.
    if (!prepacked) {
      image->SetTimeStamp(1000 + i, 0);
      image->Pack();
    }
    if (!client->Send(image->GetPackPointer(), image->GetPackSize())) return 1;
  }
  client->CloseSocket();
  return 0;
}

static int receiveFrames(int port) {
  igtl::ClientSocket::Pointer socket = igtl::ClientSocket::New();
  if (socket->ConnectToServer("127.0.0.1", port) != 0) return 1;
  igtl::MessageHeader::Pointer header = igtl::MessageHeader::New();
  int frames = 0;
  Clock::time_point first;
  double unpackMs = 0, totalMs = 0;
  for (;;) {
    header->InitPack();
    if (socket->Receive(header->GetPackPointer(), header->GetPackSize()) != header->GetPackSize()) break;
    header->Unpack();
    igtl::ImageMessage::Pointer image = igtl::ImageMessage::New();
    image->SetMessageHeader(header);
    image->AllocatePack();
    if (socket->Receive(image->GetPackBodyPointer(), image->GetPackBodySize()) != image->GetPackBodySize()) break;
    Clock::time_point start = Clock::now();
    if (!(image->Unpack(1) & igtl::MessageHeader::UNPACK_BODY)) {
      fprintf(stderr, "bad message\n");
      return 1;
    }
    unpackMs += msSince(start);
    if (frames++ == 0) first = Clock::now();
    totalMs = msSince(first);
  }
  printf("{\"frames\":%d,\"framesPerSecond\":%.2f,\"unpackMs\":%.4f}\n", frames, (frames - 1) / totalMs * 1000,
         unpackMs / frames);
  return 0;
}

static int inMemory(int width, int height, int frames) {
  igtl::ImageMessage::Pointer image = imageOf(width, height);
  Clock::time_point start = Clock::now();
  for (int i = 0; i < frames; i++) {
    image->SetTimeStamp(1000 + i, 0);
    image->Pack();
  }
  const double packMs = msSince(start) / frames;
  double unpackMs = 0;
  for (int i = 0; i < frames; i++) {
    igtl::MessageHeader::Pointer header = igtl::MessageHeader::New();
    header->InitPack();
    memcpy(header->GetPackPointer(), image->GetPackPointer(), header->GetPackSize());
    header->Unpack();
    igtl::ImageMessage::Pointer copy = igtl::ImageMessage::New();
    copy->SetMessageHeader(header);
    copy->AllocatePack();
    memcpy(copy->GetPackBodyPointer(), image->GetPackBodyPointer(), image->GetPackBodySize());
    start = Clock::now();
    if (!(copy->Unpack(1) & igtl::MessageHeader::UNPACK_BODY)) return 1;
    unpackMs += msSince(start);
  }
  printf("{\"frames\":%d,\"packMs\":%.4f,\"unpackMs\":%.4f}\n", frames, packMs, unpackMs / frames);
  return 0;
}

int main(int count, char** words) {
  endWithParent();
  signal(SIGPIPE, SIG_IGN);
  const std::string mode = count > 1 ? words[1] : "";
  if (mode == "send" && count >= 5) return sendFrames(atoi(words[2]), atoi(words[3]), atoi(words[4]), count > 5);
  if (mode == "receive" && count == 3) return receiveFrames(atoi(words[2]));
  if (mode == "memory" && count == 5) return inMemory(atoi(words[2]), atoi(words[3]), atoi(words[4]));
  fprintf(stderr, "usage: bench_codec send W H N [--prepacked] | receive PORT | memory W H N\n");
  return 2;
}
