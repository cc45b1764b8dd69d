// The scenarios over gorilla/websocket, one goroutine per connection; see ../../load/scenarios.hpp.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/gorilla/websocket"
)

var (
	scenario = flag.String("scenario", "idle", "")
	port     = flag.Int("port", 0, "")
	ca       = flag.String("ca", "", "")
	streams  = flag.Int("streams", 1000, "")
	messages = flag.Int("messages", 100, "")
	size     = flag.Int("size", 128, "")
	batch    = flag.Int("batch", 100, "")
	pauseUs  = flag.Int("pause-us", 100000, "")
	seconds  = flag.Int("seconds", 2, "")
	resume   = flag.String("resume", "no", "")
)

func cpuUs() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	f := func(t syscall.Timeval) float64 { return float64(t.Sec)*1e6 + float64(t.Usec) }
	return f(u.Utime) + f(u.Stime)
}

// CLOCK_MONOTONIC, which the server stamps its messages with.
func monotonicUs() float64 {
	var t syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&t)), 0)
	return float64(t.Sec)*1e6 + float64(t.Nsec)/1e3
}

func residentKb() float64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	must(err)
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "VmRSS:") {
			kb, err := strconv.ParseFloat(strings.Fields(line)[1], 64)
			must(err)
			return kb
		}
	}
	return 0
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func dialer() (*websocket.Dialer, string) {
	d := &websocket.Dialer{HandshakeTimeout: time.Minute}
	if *ca == "" {
		return d, fmt.Sprintf("ws://127.0.0.1:%d/", *port)
	}
	pem, err := os.ReadFile(*ca)
	must(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	d.TLSClientConfig = &tls.Config{RootCAs: pool}
	if *resume == "yes" {
		d.TLSClientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	return d, fmt.Sprintf("wss://127.0.0.1:%d/", *port)
}

func open(count int) []*websocket.Conn {
	d, url := dialer()
	all := make([]*websocket.Conn, count)
	next := make(chan int)
	var done sync.WaitGroup
	for i := 0; i < 64; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for n := range next {
				c, _, err := d.Dial(url, nil)
				must(err)
				all[n] = c
			}
		}()
	}
	for n := range all {
		next <- n
	}
	close(next)
	done.Wait()
	return all
}

func onAll(all []*websocket.Conn, what func(*websocket.Conn)) {
	var done sync.WaitGroup
	for _, c := range all {
		done.Add(1)
		go func(c *websocket.Conn) {
			defer done.Done()
			what(c)
		}(c)
	}
	done.Wait()
}

func check(message, expected []byte) {
	if !bytes.Equal(message, expected) {
		log.Fatal("a message is not what was sent")
	}
}

// The message is read into a buffer that is used again, as a careful program does.
func read(c *websocket.Conn, into *bytes.Buffer) []byte {
	_, r, err := c.NextReader()
	must(err)
	into.Reset()
	_, err = io.Copy(into, r)
	must(err)
	return into.Bytes()
}

var out []string

func add(name string, value float64) { out = append(out, fmt.Sprintf("%q: %f", name, value)) }

func timed(count float64, work func()) {
	cpu, wall := cpuUs(), monotonicUs()
	work()
	cpu, wall = cpuUs()-cpu, monotonicUs()-wall
	add("cpu_us_per_message", cpu/count)
	add("messages_per_s", count/wall*1e6)
	add("busy_share", cpu/wall)
	add("cpu_s_per_gb", cpu/1e6/(count*float64(*size)/1e9))
	add("gb_per_s", count*float64(*size)/1e3/wall)
}

func receive(expected []byte) func(*websocket.Conn) {
	ask := []byte(fmt.Sprintf("send %d %d %d", *size, *messages, *batch))
	return func(c *websocket.Conn) {
		must(c.WriteMessage(websocket.TextMessage, ask))
		var into bytes.Buffer
		for i := 0; i < *messages; i++ {
			check(read(c, &into), expected)
		}
	}
}

func rate(all []*websocket.Conn) {
	var lock sync.Mutex
	var seen []float64
	ask := []byte(fmt.Sprintf("tick %d %d %d", *size, *messages, *pauseUs))
	timed(float64(len(all)**messages), func() {
		onAll(all, func(c *websocket.Conn) {
			must(c.WriteMessage(websocket.TextMessage, ask))
			var into bytes.Buffer
			for i := 0; i < *messages; i++ {
				sent := math.Float64frombits(binary.LittleEndian.Uint64(read(c, &into)))
				lock.Lock()
				seen = append(seen, monotonicUs()-sent)
				lock.Unlock()
			}
		})
	})
	sort.Float64s(seen)
	add("p50_us", seen[int(0.5*float64(len(seen)-1))])
	add("p99_us", seen[int(0.99*float64(len(seen)-1))])
	add("p999_us", seen[int(0.999*float64(len(seen)-1))])
}

func resumedShare(all []*websocket.Conn) float64 {
	resumed := 0
	for _, c := range all {
		if t, ok := c.UnderlyingConn().(*tls.Conn); ok && t.ConnectionState().DidResume {
			resumed++
		}
	}
	return float64(resumed) / float64(len(all))
}

func idle() {
	first := open(1)
	memory, cpu, wall := residentKb(), cpuUs(), monotonicUs()
	all := open(*streams)
	add("cpu_us_per_connect", (cpuUs()-cpu)/float64(*streams))
	add("connects_per_s", float64(*streams)/(monotonicUs()-wall)*1e6)
	add("resumed_share", resumedShare(all))
	for _, c := range all {
		go c.NextReader()
	}
	cpu = cpuUs()
	time.Sleep(time.Duration(*seconds) * time.Second)
	if *seconds > 0 {
		add("cpu_us_per_s_at_rest", (cpuUs()-cpu)/float64(*seconds))
	}
	add("kb_per_stream", (residentKb()-memory)/float64(*streams))
	runtime.KeepAlive(first)
	runtime.KeepAlive(all)
}

func main() {
	flag.Parse()
	runtime.GOMAXPROCS(1)
	add("streams", float64(*streams))
	expected := bytes.Repeat([]byte("x"), *size)
	switch *scenario {
	case "idle":
		idle()
	case "receive":
		all := open(*streams)
		onAll(all, receive(expected))
		timed(float64(*streams**messages), func() { onAll(all, receive(expected)) })
	case "echo":
		all := open(*streams)
		var into bytes.Buffer
		echo := func(rounds int) {
			for i := 0; i < rounds; i++ {
				c := all[i%len(all)]
				must(c.WriteMessage(websocket.TextMessage, expected))
				check(read(c, &into), expected)
			}
		}
		echo(*streams)
		timed(float64(*messages), func() { echo(*messages) })
	case "rate":
		rate(open(*streams))
	default:
		log.Fatal("unknown scenario: ", *scenario)
	}
	fmt.Printf("{%s}\n", strings.Join(out, ", "))
}
