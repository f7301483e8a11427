package trial

import (
	"net/http"

	"linli/internal/billing"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	web.Handle(w, web.Op{ID: "simulate-rate", Method: http.MethodPost, Path: "/projects/{project}/items/{item}/simulations", Tag: "billing",
		Permission: billing.PermRead, Summary: "试算新单价：每户差多少（不保存）"}, s.simulateAPI)
}
