/// What `add-provider.mustache` shows: for each cloud what to do there, with blanks that the script fills in, and a form.
struct AddProviderPage {
  let assets = Asset.folder
  let frame: PageFrame
  let heading: String
  let guides: [ProviderGuide]

  init(frame: PageFrame, replaces: Bool, guides: [ProviderGuide]) {
    self.frame = frame
    heading = replaces ? "Replace provider" : "Add provider"
    self.guides = guides
  }
}
