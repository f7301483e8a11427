// Package sim is an honest provider of 数电发票 for rehearsals and tests, by the
// protocol of docs/invoice-protocol.md: it verifies signatures and sums, gives
// 20-digit numbers, answers the same attempt alike for ever, knows red
// invoices, makes the PDF, and refuses, delays or loses answers on command. It
// shares no code with the product's client.
package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"linli/internal/kit/clock"
)

// Options say how a simulator runs. With a Path its books outlive it.
type Options struct {
	Key, Secret string
	Path        string
	Clock       clock.Clock
	Log         *slog.Logger
}

// Party is one side of an invoice.
type Party struct {
	Name    string `json:"name"`
	TaxNo   string `json:"tax_no"`
	Address string `json:"address"`
	Phone   string `json:"phone"`
	Bank    string `json:"bank"`
	Account string `json:"account"`
}

// Line is one line; amounts are fen.
type Line struct {
	Name   string `json:"name"`
	Code   string `json:"code"`
	Short  string `json:"short"`
	Rate   int64  `json:"rate"`
	Simple bool   `json:"simple"`
	Net    int64  `json:"net"`
	Tax    int64  `json:"tax"`
	Gross  int64  `json:"gross"`
}

// Request is what a seller asks for.
type Request struct {
	Number  string `json:"request_no"`
	Attempt int    `json:"attempt"`
	Kind    string `json:"kind"`
	Type    string `json:"type"`
	Company bool   `json:"company"`
	Seller  Party  `json:"seller"`
	Buyer   Party  `json:"buyer"`
	Lines   []Line `json:"lines"`
	Net     int64  `json:"net"`
	Tax     int64  `json:"tax"`
	Gross   int64  `json:"gross"`
	Drawer  string `json:"drawer"`
	Remark  string `json:"remark"`
	Lease   *struct {
		Address string `json:"address"`
		Place   string `json:"place"`
		From    string `json:"from"`
		Until   string `json:"until"`
	} `json:"lease"`
	RedOf  string `json:"red_of"`
	Reason string `json:"reason"`
}

// Entry is a request and what became of it.
type Entry struct {
	Request Request   `json:"request"`
	Digest  string    `json:"digest"`
	State   string    `json:"state"` // pending, issued, refused
	Invoice string    `json:"number"`
	At      time.Time `json:"issued_at"`
	Code    string    `json:"code"`
	Message string    `json:"message"`
	RedBy   string    `json:"red_by"`
	waits   int
}

// Orders are what the provider was told to do with the next requests.
type Orders struct {
	Refuse  string `json:"refuse"`  // with this message
	Times   int    `json:"times"`   // so often; 0 means until told otherwise
	Pending int    `json:"pending"` // answers pending so often before issuing
	Lose    int    `json:"lose"`    // does its work and answers nothing, so often
	Deaf    int    `json:"deaf"`    // answers nothing and does nothing, so often
	NoFile  bool   `json:"no_file"` // gives no papers
}

// Sim is the provider.
type Sim struct {
	o      Options
	mu     sync.Mutex
	books  map[string]*Entry
	nonces map[string]bool
	orders Orders
	serial int64
}

// Open makes a provider with the books of its file.
func Open(o Options) (*Sim, error) {
	s := &Sim{o: o, books: map[string]*Entry{}, nonces: map[string]bool{}}
	if o.Path == "" {
		return s, nil
	}
	b, err := os.ReadFile(o.Path)
	if os.IsNotExist(err) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &s.books)
	}
	if err != nil {
		return nil, fmt.Errorf("books of the simulator: %w", err)
	}
	return s, nil
}

// save keeps the books; the lock is held.
func (s *Sim) save() {
	if s.o.Path == "" {
		return
	}
	b, err := json.Marshal(s.books)
	if err == nil {
		err = os.WriteFile(s.o.Path, b, 0o600)
	}
	if err != nil {
		s.o.Log.Error("simulator", "error", err)
	}
}

// Tell gives new orders.
func (s *Sim) Tell(o Orders) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = o
}

// Invoices are what was issued, by number.
func (s *Sim) Invoices() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Entry{}
	for _, e := range s.books {
		if e.State == "issued" {
			out = append(out, *e)
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Invoice, b.Invoice) })
	return out
}

// Handler serves the protocol, and at /invoices and /orders what a test needs.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/invoices", s.post)
	mux.HandleFunc("GET /v1/invoices/{number}", s.get)
	mux.HandleFunc("GET /v1/invoices/{number}/file", s.file)
	mux.HandleFunc("GET /invoices", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(s.Invoices()); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var o Orders
		if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.Tell(o)
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func (s *Sim) post(w http.ResponseWriter, r *http.Request) {
	body, ok := s.admit(w, r)
	if !ok {
		return
	}
	var in Request
	if err := json.Unmarshal(body, &in); err != nil || in.Number == "" {
		s.answer(w, r, http.StatusBadRequest, map[string]any{"code": "malformed", "message": "请求读不懂"})
		return
	}
	s.mu.Lock()
	if s.orders.Deaf > 0 {
		s.orders.Deaf--
		s.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	e := s.book(&in, body)
	status, out := told(e)
	lost := s.orders.Lose > 0
	if lost {
		s.orders.Lose--
	}
	s.mu.Unlock()
	if lost {
		panic(http.ErrAbortHandler)
	}
	s.answer(w, r, status, out)
}

// book finds or makes the entry of a request; the lock is held.
func (s *Sim) book(in *Request, body []byte) *Entry {
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	if old := s.books[in.Number]; old != nil && (old.State != "refused" || in.Attempt <= old.Request.Attempt) {
		if in.Attempt >= old.Request.Attempt && old.Digest != digest {
			return &Entry{Request: *in, State: "refused", Code: "content_differs", Message: "这个请求号已用于另一份内容"}
		}
		return s.ripen(old)
	}
	e := &Entry{Request: *in, Digest: digest, State: "pending", waits: s.orders.Pending}
	s.books[in.Number] = e
	if s.orders.Refuse != "" {
		e.State, e.Code, e.Message = "refused", "told", s.orders.Refuse
		if s.orders.Times > 0 {
			if s.orders.Times--; s.orders.Times == 0 {
				s.orders.Refuse = ""
			}
		}
	} else if code, message := s.wrong(in); code != "" {
		e.State, e.Code, e.Message = "refused", code, message
	}
	s.ripen(e)
	s.save()
	return e
}

// ripen issues what has waited long enough; the lock is held.
func (s *Sim) ripen(e *Entry) *Entry {
	if e.State != "pending" {
		return e
	}
	if e.waits > 0 {
		e.waits--
		return e
	}
	e.State, e.At = "issued", s.o.Clock.Now()
	s.serial++
	e.Invoice = fmt.Sprintf("%02d120%013d%02d", e.At.In(clock.Shanghai()).Year()%100, e.At.UnixMilli(), s.serial%100)
	if of := s.numbered(e.Request.RedOf); of != nil {
		of.RedBy = e.Invoice
	}
	s.save()
	return e
}

func (s *Sim) numbered(number string) *Entry {
	for _, e := range s.books {
		if number != "" && e.Invoice == number {
			return e
		}
	}
	return nil
}

func told(e *Entry) (int, map[string]any) {
	out := map[string]any{"request_no": e.Request.Number, "state": e.State}
	switch e.State {
	case "issued":
		out["number"], out["issued_at"] = e.Invoice, e.At.In(clock.Shanghai()).Format(time.RFC3339)
		return http.StatusOK, out
	case "refused":
		out["code"], out["message"], out["attempt"] = e.Code, e.Message, e.Request.Attempt
		return http.StatusUnprocessableEntity, out
	}
	return http.StatusAccepted, out
}

func (s *Sim) get(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.admit(w, r); !ok {
		return
	}
	s.mu.Lock()
	e := s.books[r.PathValue("number")]
	if e == nil {
		s.mu.Unlock()
		s.answer(w, r, http.StatusNotFound, map[string]any{"code": "unknown", "message": "没有这个请求"})
		return
	}
	status, out := told(s.ripen(e))
	s.mu.Unlock()
	s.answer(w, r, status, out)
}

func (s *Sim) file(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.admit(w, r); !ok {
		return
	}
	s.mu.Lock()
	e := s.books[r.PathValue("number")]
	if e == nil || e.State != "issued" || s.orders.NoFile {
		s.mu.Unlock()
		s.answer(w, r, http.StatusNotFound, map[string]any{"code": "unknown", "message": "没有版式文件"})
		return
	}
	paper := draw(e)
	s.mu.Unlock()
	s.send(w, r, http.StatusOK, "application/pdf", paper)
}

// admit checks key, time, nonce and signature as the protocol says.
func (s *Sim) admit(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return nil, false
	}
	stamp, nonce := r.Header.Get("Linli-Time"), r.Header.Get("Linli-Nonce")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	late := err != nil || s.o.Clock.Now().Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(s.o.Secret))
	fmt.Fprintf(mac, "%s\n%s\n%s\n%s\n%x", r.Method, r.RequestURI, stamp, nonce, sum)
	right := hmac.Equal([]byte(r.Header.Get("Linli-Signature")), []byte(hex.EncodeToString(mac.Sum(nil))))
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Linli-Access-Key") != s.o.Key || late || !right || nonce == "" || s.nonces[nonce] {
		http.Error(w, "key, time, nonce or signature is wrong", http.StatusUnauthorized)
		return nil, false
	}
	s.nonces[nonce] = true
	return body, true
}

func (s *Sim) answer(w http.ResponseWriter, r *http.Request, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.o.Log.Error("simulator", "error", err)
		status = http.StatusInternalServerError
	}
	s.send(w, r, status, "application/json", b)
}

func (s *Sim) send(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(s.o.Secret))
	fmt.Fprintf(mac, "%d\n%s\n%x", status, r.Header.Get("Linli-Nonce"), sum)
	w.Header().Set("Linli-Signature", hex.EncodeToString(mac.Sum(nil)))
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.o.Log.Info("simulator", "gone", err)
	}
}
