package app

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"linli/internal/kit/clock"
)

// counters count for Prometheus. Labels are routes and never values, so that no
// name, number or address gets into them.
type counters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	jobs     *prometheus.GaugeVec
	routes   map[string]bool
	clock    clock.Clock
}

func newCounters(a *App) *counters {
	m := &counters{registry: prometheus.NewRegistry(), routes: map[string]bool{}, clock: a.DB.Clock(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
		jobs:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linli_jobs", Help: "Background jobs that are not done."}, []string{"state"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "linli_request_seconds", Help: "Time until a request was answered.",
			Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"method"})}
	for path := range a.Web.API().Paths {
		m.routes[shape(path)] = true
	}
	m.gauges(a)
	m.registry.MustRegister(m.requests, m.took, m.jobs,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "linli_info", Help: "Always 1.",
		ConstLabels: prometheus.Labels{"version": a.care.c.Version, "engine": string(a.DB.Engine())}})
	info.Set(1)
	m.registry.MustRegister(info)
	return m
}

// gauges are read when they are asked for.
func (m *counters) gauges(a *App) {
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("linli_requests_running", "API requests on their way.", func() float64 { return float64(a.gate.running.Load()) })
	gauge("linli_requests_refused", "API requests refused because too many waited, since the start.", func() float64 { return float64(a.gate.refused.Load()) })
	gauge("linli_disk_free_bytes", "Free space on the disk of the data folder; -1 when unknown.", func() float64 {
		d, err := diskOf(a.care.c.Dir)
		if err != nil {
			return -1
		}
		return float64(d.Free)
	})
	gauge("linli_backup_newest_seconds", "Unix time of the newest backup in the folder, 0 for none.", func() float64 {
		list, err := Backups(a.care.c.Backup.Dir)
		if err != nil || len(list) == 0 {
			return 0
		}
		return float64(list[0].At.Unix())
	})
	gauge("linli_drill_newest_seconds", "Unix time of the newest restore drill that passed, 0 for none.", func() float64 {
		d, err := readNote[Drilled](a.care.c.Dir, drillNote)
		if err != nil || d == nil || !d.OK() {
			return 0
		}
		return float64(d.At.Unix())
	})
}

// shape makes every number and every {name} of a path the same.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if _, err := strconv.ParseUint(p, 10, 64); err == nil || strings.HasPrefix(p, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

func (m *counters) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := m.clock.Now()
		rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			route := "page"
			if strings.HasPrefix(r.URL.Path, "/api/") {
				if route = shape(r.URL.Path); !m.routes[route] {
					route = "unknown"
				}
			}
			method := r.Method
			switch method {
			case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
			default:
				method = "other"
			}
			m.requests.WithLabelValues(method, route, strconv.Itoa(rec.status)).Inc()
			m.took.WithLabelValues(method).Observe(m.clock.Now().Sub(start).Seconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Metrics answers Prometheus. It is served on an address of its own and never
// on that of the console.
func (a *App) Metrics() http.Handler {
	scrape := promhttp.HandlerFor(a.counters.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counts, err := a.Jobs.Counts(r.Context())
		if err != nil {
			a.log.ErrorContext(r.Context(), "metrics", "error", err)
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		for state, n := range counts {
			a.counters.jobs.WithLabelValues(state).Set(float64(n))
		}
		scrape.ServeHTTP(w, r)
	})
}
