// Command external is a test double of HashiCorp's provider "external": one data source, by its published protocol.
// The tests run the modules on it where no registry can be asked. It is never shipped, and nobody else is to use it.
//
// What it keeps to: the program runs without a shell; its stdin is the query as one JSON object of strings, without
// the values that are null; its stdout is one JSON object of strings; where it fails, its stderr is the error.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func main() {
	serve := providerserver.ServeOpts{
		Address: "registry.terraform.io/hashicorp/external",
		// As the original: a Terraform that speaks 6 takes 5 as well.
		ProtocolVersion: 5,
	}
	double := func() provider.Provider { return double{} }
	if err := providerserver.Serve(context.Background(), double, serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type double struct{}

func (double) Metadata(_ context.Context, _ provider.MetadataRequest, answer *provider.MetadataResponse) {
	answer.TypeName = "external"
}

func (double) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (double) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (double) Resources(context.Context) []func() resource.Resource { return nil }

func (double) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return external{} }}
}
