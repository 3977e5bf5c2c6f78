// A sender that behaves like PlusServer on the wire, faults included. Options:
//   --port P (0 = any; printed as PORT=P)  --fps F (0 = unpaced)  --width W  --height H  --frames N (-1 = endless)
//   --fault stall-mid|die|corrupt|resend-mid|huge-body|garbage  --at N   that fault once, on frame N; good again after it,
//                                                                        which is printed as GOOD
// One sender thread serves all clients; a client starts at header version 1 and gets version 2 with metadata once it
// has sent a version-2 header. IMAGE and TRANSFORM of a frame carry the same time-stamp bits. Send time-out 0.5 s, after
// which the whole message is sent again from its first byte, up to 10 times. Keep-alive STATUS every 0.25 s while idle.
#include "peer.h"

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

typedef std::chrono::steady_clock Clock;

static const int SEND_TIMEOUT_MS = 500;
static const int RESENDS = 10;
static const int RESEND_PAUSE_MS = 50;
static const int KEEP_ALIVE_MS = 250;

struct Client {
  igtl::ClientSocket::Pointer socket;
  std::atomic<int> headerVersion{1};
  std::atomic<bool> gone{false};
};

static std::mutex clientsLock;
static std::list<std::shared_ptr<Client>> clients;

static void pauseMs(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// Reads what the client says; only its header version matters here.
static void listenTo(std::shared_ptr<Client> client) {
  unsigned char header[HEADER];
  while (!client->gone && client->socket->Receive(header, HEADER) == HEADER) {
    char type[13] = {0};
    memcpy(type, header + 2, 12);
    uint64_t size = get(header + 42, 8);
    if (get(header, 2) == 2) client->headerVersion = 2;
    printf("GOT=%s v%d %llu\n", type, (int)get(header, 2), (unsigned long long)size);
    fflush(stdout);
    if (size > 0 && size < (1u << 20)) client->socket->Skip((int)size);
  }
  client->gone = true;
}

static void acceptClients(igtl::ServerSocket::Pointer server) {
  for (;;) {
    igtl::ClientSocket::Pointer socket = server->WaitForConnection(1000);
    if (socket.IsNull()) continue;
    socket->SetSendTimeout(SEND_TIMEOUT_MS);
    std::shared_ptr<Client> client(new Client);
    client->socket = socket;
    std::thread(listenTo, client).detach();
    std::lock_guard<std::mutex> lock(clientsLock);
    clients.push_back(client);
    printf("CLIENT\n");
    fflush(stdout);
  }
}

static void drop(Client& client, const char* why) {
  printf("DROPPED=%s\n", why);
  fflush(stdout);
  client.gone = true;
  client.socket->CloseSocket();
}

// The whole message, again from its first byte after each time-out.
static void sendWhole(Client& client, const Bytes& message) {
  for (int attempt = 0; attempt <= RESENDS; attempt++) {
    if (client.socket->Send(message.data(), (int)message.size())) return;
    printf("RESEND\n");
    fflush(stdout);
    pauseMs(RESEND_PAUSE_MS);
  }
  drop(client, "resends");
}

static void sendWithFault(Client& client, Bytes message, const std::string& fault) {
  const int half = (int)message.size() / 2;
  if (fault == "stall-mid") {
    client.socket->Send(message.data(), half);
    pauseMs(700);
    client.socket->Send(message.data() + half, (int)message.size() - half);
  } else if (fault == "resend-mid") {
    client.socket->Send(message.data(), half);
    pauseMs(SEND_TIMEOUT_MS);
    sendWhole(client, message);
  } else if (fault == "die") {
    client.socket->Send(message.data(), half);
    drop(client, "fault");
  } else if (fault == "corrupt") {
    message[HEADER + half / 2] ^= 0x10;
    sendWhole(client, message);
  } else if (fault == "huge-body") {
    put(&message[42], (uint64_t)4 << 30, 8);
    sendWhole(client, message);
  } else if (fault == "garbage") {
    Bytes noise(5000);
    uint32_t state = 12345;
    for (size_t i = 0; i < noise.size(); i++) noise[i] = (unsigned char)((state = state * 1664525u + 1013904223u) >> 24);
    sendWhole(client, noise);
    sendWhole(client, message);
  } else {
    fprintf(stderr, "unknown fault %s\n", fault.c_str());
    exit(2);
  }
}

static void sendToAll(const Bytes& version1, const Metadata& metadata, const std::string& fault, bool neverVersion2) {
  std::list<std::shared_ptr<Client>> current;
  {
    std::lock_guard<std::mutex> lock(clientsLock);
    clients.remove_if([](const std::shared_ptr<Client>& client) { return client->gone.load(); });
    current = clients;
  }
  for (auto& client : current) {
    bool version2 = client->headerVersion == 2 && !neverVersion2;
    const Bytes message = version2 ? wrapped(version1, metadata, 0) : version1;
    if (fault.empty()) sendWhole(*client, message);
    else {
      sendWithFault(*client, message, fault);
      printf("GOOD\n");
      fflush(stdout);
    }
  }
}

static bool anyClient() {
  std::lock_guard<std::mutex> lock(clientsLock);
  return !clients.empty();
}

static Bytes imageOf(int frame, int width, int height, igtl::TimeStamp::Pointer stamp) {
  int size[3] = {width, height, 1};
  int offset[3] = {0, 0, 0};
  float spacing[3] = {0.1f, 0.2f, 1.0f};
  igtl::ImageMessage::Pointer image = igtl::ImageMessage::New();
  image->SetDimensions(size);
  image->SetSpacing(spacing);
  image->SetScalarType(igtl::ImageMessage::TYPE_UINT8);
  image->SetEndian(igtl::ImageMessage::ENDIAN_LITTLE);
  image->SetDeviceName("Image_Reference");
  image->SetSubVolume(size, offset);
  image->AllocateScalars();
  igtl::Matrix4x4 matrix = {{0.8f, -0.6f, 0, 10}, {0.6f, 0.8f, 0, -20}, {0, 0, 1, 30}, {0, 0, 0, 1}};
  image->SetMatrix(matrix);
  unsigned char* pixels = (unsigned char*)image->GetScalarPointer();
  for (int i = 0; i < width * height; i++) pixels[i] = (unsigned char)(i * 7 + frame);
  image->SetTimeStamp(stamp);
  return packed(image.GetPointer());
}

static Bytes transformOf(int frame, igtl::TimeStamp::Pointer stamp) {
  igtl::Matrix4x4 matrix = {{1, 0, 0, (float)frame}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  igtl::TransformMessage::Pointer transform = igtl::TransformMessage::New();
  transform->SetDeviceName("ProbeToReference");
  transform->SetMatrix(matrix);
  transform->SetTimeStamp(stamp);
  return packed(transform.GetPointer());
}

static Bytes keepAlive() {
  igtl::StatusMessage::Pointer status = igtl::StatusMessage::New();
  status->SetCode(igtl::StatusMessage::STATUS_OK);
  status->SetDeviceName("");
  status->SetErrorName("\x0a");
  status->SetStatusString("");
  status->SetTimeStamp(0, 0);
  return packed(status.GetPointer());
}

int main(int count, char** words) {
  endWithParent();
  signal(SIGPIPE, SIG_IGN);
  Options options(count, words, 1);
  const int fps = options.number("fps", 30), frames = options.number("frames", -1);
  const int width = options.number("width", 640), height = options.number("height", 480);
  const std::string fault = options.text("fault", "");
  const int faultAt = options.number("at", 10);

  igtl::ServerSocket::Pointer server = igtl::ServerSocket::New();
  if (server->CreateServer(options.number("port", 0)) < 0) {
    fprintf(stderr, "cannot listen\n");
    return 1;
  }
  printf("PORT=%d\n", server->GetServerPort());
  fflush(stdout);
  std::thread(acceptClients, server).detach();

  bool announced = false;
  const Bytes alive = keepAlive();
  Clock::time_point next = Clock::now(), lastSent = Clock::now();
  for (int frame = 0;;) {
    if (!anyClient()) {
      pauseMs(5);
      next = Clock::now();
      continue;
    }
    if (frames >= 0 && frame >= frames) {
      if (!announced) {
        announced = true;
        printf("DONE=%d\n", frames);
        fflush(stdout);
      }
      if (Clock::now() - lastSent >= std::chrono::milliseconds(KEEP_ALIVE_MS)) {
        sendToAll(alive, Metadata(), "", true);
        lastSent = Clock::now();
      }
      pauseMs(5);
      continue;
    }
    igtl::TimeStamp::Pointer stamp = igtl::TimeStamp::New();
    stamp->GetTime();
    Metadata metadata;
    metadata["FrameNumber"] = std::to_string(frame);
    metadata["ProbeToReferenceTransformStatus"] = "OK";
    Metadata status;
    status["TransformStatus"] = "OK";
    status["TransformValid"] = "1";
    const bool faulty = !fault.empty() && frame == faultAt;
    sendToAll(imageOf(frame, width, height, stamp), metadata, faulty ? fault : "", false);
    if (faulty) {
      printf("GOOD\n");
      fflush(stdout);
    }
    sendToAll(transformOf(frame, stamp), status, "", false);
    lastSent = Clock::now();
    frame++;
    if (fps > 0) {
      next += std::chrono::microseconds(1000000 / fps);
      if (next < Clock::now()) next = Clock::now();
      std::this_thread::sleep_until(next);
    }
  }
}
